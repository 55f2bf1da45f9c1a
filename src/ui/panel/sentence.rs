//! The one sentence of the page.

use std::rc::Rc;

use yew::prelude::*;

use super::disc::Disc;
use crate::ui::telling::Said;

/// What it says.
#[derive(Clone, PartialEq, Eq, Properties)]
pub struct SentenceProps {
    /// Its pieces.
    pub said: Rc<Vec<Said>>,
}

/// The sentence, its processes wearing their discs.
#[component]
pub fn Sentence(props: &SentenceProps) -> Html {
    let piece = |(i, said): (usize, &Said)| match said {
        Said::Words(words) => html! { <span key={i}>{words.clone()}</span> },
        Said::Who(name, look) => html! { <span key={i} class="nowrap"><Disc name={*name} look={*look} /></span> },
    };
    html! { <h1 id="sentence" class="say">{ for props.said.iter().enumerate().map(piece) }</h1> }
}
