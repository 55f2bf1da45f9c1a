//! The one sentence of the page.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::describe::Said;

use super::disc::disc;

/// What it says.
pub struct SentenceProps {
    /// Its pieces.
    pub said: Rc<Vec<Said>>,
}

/// Longer sentences are set smaller, so that two lines take the place of one and nothing below moves.
const LONG: usize = 60;

fn breadth(said: &Said) -> usize {
    match said {
        Said::Words(words) => words.chars().map(|c| if (c as u32) < 0x2e80 { 1 } else { 2 }).sum(),
        Said::Who(..) => 3,
    }
}

/// The sentence, its processes wearing their discs.
pub fn sentence(props: &SentenceProps) -> Html {
    let piece = |(i, said): (usize, &Said)| match said {
        Said::Words(words) => html! { <span key={i}>{words.clone()}</span> },
        Said::Who(name, look) => html! { <span key={i} class="nowrap">{ disc(*name, *look) }</span> },
    };
    let length: usize = props.said.iter().map(breadth).sum();
    let class = if length > LONG { "say long" } else { "say" };
    html! { <h1 id="sentence" {class}>{ for props.said.iter().enumerate().map(piece) }</h1> }
}
