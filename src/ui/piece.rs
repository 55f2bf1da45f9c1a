//! Pieces of the page that are drawn anew only when what they are drawn from has changed.
//!
//! To Yew they are all one component: one for each would bring its own copy of a component's whole life, 1 KB of code a piece.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;
use yew::virtual_dom::{Key, VComp};

/// A picture of nothing but its properties.
pub trait Piece: 'static {
    /// All that it is drawn from.
    type Props: PartialEq + 'static;

    /// Draws it.
    fn draw(props: &Self::Props) -> Html;
}

/// A piece with its properties.
struct Drawn<P: Piece>(P::Props);

/// The same, whatever piece it is.
trait Drawable {
    fn draw(&self) -> Html;
    fn same(&self, other: &dyn Drawable) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<P: Piece> Drawable for Drawn<P> {
    fn draw(&self) -> Html {
        P::draw(&self.0)
    }

    fn same(&self, other: &dyn Drawable) -> bool {
        other.as_any().downcast_ref::<Drawn<P>>().is_some_and(|other| self.0 == other.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What the one component is drawn from.
#[derive(Clone, Properties)]
pub struct ShowProps {
    what: Rc<dyn Drawable>,
}

impl PartialEq for ShowProps {
    fn eq(&self, other: &ShowProps) -> bool {
        self.what.same(&*other.what)
    }
}

/// The one component: shows any piece.
pub struct Show;

impl Component for Show {
    type Message = ();
    type Properties = ShowProps;

    fn create(_: &Context<Self>) -> Show {
        Show
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        ctx.props().what.draw()
    }
}

/// The properties with which `Show` shows a piece.
pub fn props<P: Piece>(props: P::Props) -> ShowProps {
    ShowProps { what: Rc::new(Drawn::<P>(props)) }
}

/// A piece where there is one.
pub fn piece<P: Piece>(of: P::Props) -> Html {
    shown(None, props::<P>(of))
}

/// A piece among its like. The key tells them apart.
pub fn keyed<P: Piece>(key: impl Into<Key>, of: P::Props) -> Html {
    shown(Some(key.into()), props::<P>(of))
}

#[inline(never)]
fn shown(key: Option<Key>, props: ShowProps) -> Html {
    VComp::new::<Show>(Rc::new(props), key).into()
}
