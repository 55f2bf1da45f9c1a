//! `html!`: markup as Yew's own macro reads it, for elements alone, written into a pen.
//!
//! Yew's macro builds every element in place, each with the whole of its making. Here each piece is one call of a function that
//! is there once, so that the module is a good deal smaller; what is drawn is the same.

use std::rc::Rc;

use ringside::cluster::name::Name;
use ringside::scene::geom::num;
use yew::prelude::*;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Key, Listener, VList, VTag, VText};

/// An element, or a list, whose end has not been reached.
struct Open {
    /// `None` for a list.
    tag: Option<VTag>,
    keys: &'static [&'static str],
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    children: Vec<Html>,
}

/// Writes a piece of markup from its beginning to its end.
pub struct Pen {
    /// Those around the current place, the outermost last but one: the last is the markup itself.
    around: Vec<Open>,
    here: Open,
}

impl Pen {
    /// Nothing is written yet.
    #[inline(never)]
    pub fn new() -> Pen {
        Pen { around: Vec::new(), here: Open::list() }
    }

    /// An element begins. A value follows for each of its attributes, in this order.
    #[inline(never)]
    pub fn open(&mut self, tag: &'static str, keys: &'static [&'static str]) {
        let values = Vec::with_capacity(keys.len());
        self.enter(Open { tag: Some(VTag::new(tag)), keys, values, ..Open::list() });
    }

    /// A list begins: one child, however many nodes are in it.
    #[inline(never)]
    pub fn open_list(&mut self) {
        self.enter(Open::list());
    }

    fn enter(&mut self, open: Open) {
        self.around.push(std::mem::replace(&mut self.here, open));
    }

    /// What was begun last ends: an element with this tag, or a list, which has none.
    #[inline]
    pub fn close(&mut self, tag: &'static str) {
        debug_assert_eq!(self.here.tag.as_ref().map_or("", VTag::tag), tag, "markup is closed by another tag than opened it");
        self.leave();
    }

    #[inline(never)]
    fn leave(&mut self) {
        let outer = self.around.pop().unwrap_or_else(Open::list);
        let html = std::mem::replace(&mut self.here, outer).end();
        self.here.children.push(html);
    }

    /// The next attribute's value; `None`: the attribute is not there.
    #[inline(never)]
    pub fn value(&mut self, value: Option<AttrValue>) {
        self.here.values.push(value.map(AttributeOrProperty::Attribute));
    }

    /// The next attribute's value: one that never changes.
    #[inline(never)]
    pub fn fixed(&mut self, value: &'static str) {
        self.value(Some(AttrValue::Static(value)));
    }

    /// The next attribute is `class`. An element without classes has no such attribute.
    pub fn class(&mut self, class: impl Value) {
        class.put(self);
        self.no_empty_class();
    }

    #[inline(never)]
    fn no_empty_class(&mut self) {
        if let Some(last) = self.here.values.last_mut()
            && matches!(last, Some(AttributeOrProperty::Attribute(class)) if class.is_empty())
        {
            *last = None;
        }
    }

    /// Somebody listens to the element.
    #[inline(never)]
    pub fn listen(&mut self, listener: Rc<dyn Listener>) {
        self.here.listeners.push(Some(listener));
    }

    /// What tells the element from its neighbours.
    pub fn key(&mut self, key: impl Into<Key>) {
        self.keyed(key.into());
    }

    #[inline(never)]
    fn keyed(&mut self, key: Key) {
        if let Some(tag) = &mut self.here.tag {
            tag.key = Some(key);
        }
    }

    /// Where the element itself can be found.
    pub fn node_ref(&mut self, node: NodeRef) {
        if let Some(tag) = &mut self.here.tag {
            tag.node_ref = node;
        }
    }

    /// What an input holds.
    #[inline(never)]
    pub fn holds(&mut self, value: AttrValue) {
        if let Some(tag) = &mut self.here.tag {
            tag.set_value(value);
        }
    }

    /// Whether a box is checked.
    pub fn checked(&mut self, checked: bool) {
        if let Some(tag) = &mut self.here.tag {
            tag.set_checked(checked);
        }
    }

    /// One child.
    #[inline(never)]
    pub fn node(&mut self, html: Html) {
        self.here.children.push(html);
    }

    /// A text.
    #[inline(never)]
    pub fn text(&mut self, text: AttrValue) {
        self.node(VText::new(text).into());
    }

    /// As many children as there are.
    pub fn each(&mut self, children: impl IntoIterator<Item = Html>) {
        for child in children {
            self.node(child);
        }
    }

    /// What was written: one node as it is, several as a list.
    #[inline(never)]
    pub fn done(mut self) -> Html {
        debug_assert!(self.around.is_empty(), "markup ends before its last closing tag");
        match self.here.children.len() {
            1 => self.here.children.pop().unwrap_or_default(),
            _ => self.here.end(),
        }
    }
}

impl Open {
    fn list() -> Open {
        Open { tag: None, keys: &[], values: Vec::new(), listeners: Vec::new(), children: Vec::new() }
    }

    fn end(mut self) -> Html {
        let Some(mut tag) = self.tag else {
            return VList::with_children(self.children, None).into();
        };
        if !self.keys.is_empty() {
            tag.attributes = Attributes::Dynamic { keys: self.keys, values: self.values.into_boxed_slice() };
        }
        if !self.listeners.is_empty() {
            tag.set_listeners(self.listeners.into_boxed_slice());
        }
        if let Some(inside) = tag.children_mut().filter(|_| !self.children.is_empty()) {
            // A lone text is common. Anything else stays a list, or an element would be made anew when a second one joins it.
            *inside = match self.children.pop() {
                Some(text @ Html::VText(_)) if self.children.is_empty() => text,
                last => {
                    self.children.extend(last);
                    VList::with_children(self.children, None).into()
                }
            };
        }
        tag.into()
    }
}

/// What can be an attribute's value.
pub trait Value {
    /// Writes it as the next attribute's value.
    fn put(self, pen: &mut Pen);
}

impl Value for &'static str {
    fn put(self, pen: &mut Pen) {
        pen.fixed(self);
    }
}

impl Value for AttrValue {
    fn put(self, pen: &mut Pen) {
        pen.value(Some(self));
    }
}

impl Value for String {
    fn put(self, pen: &mut Pen) {
        pen.value(Some(self.into()));
    }
}

impl Value for f64 {
    #[inline(never)]
    fn put(self, pen: &mut Pen) {
        pen.value(Some(num(self).into()));
    }
}

impl Value for Name {
    fn put(self, pen: &mut Pen) {
        pen.value(Some(self.to_string().into()));
    }
}

/// In words: what stands for a state is written out in both.
impl Value for bool {
    fn put(self, pen: &mut Pen) {
        pen.fixed(if self { "true" } else { "false" });
    }
}

impl<V: Value> Value for Option<V> {
    fn put(self, pen: &mut Pen) {
        match self {
            Some(value) => value.put(pen),
            None => pen.value(None),
        }
    }
}

/// What can stand inside an element.
pub trait Child {
    /// Writes it.
    fn put(self, pen: &mut Pen);
}

impl Child for Html {
    fn put(self, pen: &mut Pen) {
        pen.node(self);
    }
}

impl Child for Option<Html> {
    fn put(self, pen: &mut Pen) {
        pen.each(self);
    }
}

impl Child for &'static str {
    fn put(self, pen: &mut Pen) {
        pen.text(AttrValue::Static(self));
    }
}

impl Child for String {
    fn put(self, pen: &mut Pen) {
        pen.text(self.into());
    }
}

impl Child for char {
    fn put(self, pen: &mut Pen) {
        pen.text(String::from(self).into());
    }
}

impl Child for AttrValue {
    fn put(self, pen: &mut Pen) {
        pen.text(self);
    }
}

/// Markup. As in Yew's macro of this name: elements, `<>…</>`, `{ child }`, `{ for children }`, `if`, `if let` and `else`.
macro_rules! html {
    ($($markup:tt)*) => {{
        let mut pen = $crate::ui::markup::Pen::new();
        $crate::ui::markup::mark!(pen; $($markup)*);
        pen.done()
    }};
}

/// The calls that write a piece of markup into a pen. `@a` reads an element's attributes, `@v` takes one of them apart, `@if`
/// looks for the end of a condition.
macro_rules! mark {
    ($p:ident;) => {};
    ($p:ident; < / > $($rest:tt)*) => { $p.close(""); $crate::ui::markup::mark!($p; $($rest)*); };
    ($p:ident; < / $tag:ident > $($rest:tt)*) => { $p.close(stringify!($tag)); $crate::ui::markup::mark!($p; $($rest)*); };
    ($p:ident; < > $($rest:tt)*) => { $p.open_list(); $crate::ui::markup::mark!($p; $($rest)*); };
    ($p:ident; < $tag:ident $($rest:tt)*) => { $crate::ui::markup::mark!(@a $p $tag [] {} $($rest)*); };
    ($p:ident; if $($rest:tt)*) => { $crate::ui::markup::mark!(@if $p [] $($rest)*); };
    ($p:ident; { for $($children:tt)* } $($rest:tt)*) => { $p.each($($children)*); $crate::ui::markup::mark!($p; $($rest)*); };
    ($p:ident; { $($child:tt)* } $($rest:tt)*) => {
        $crate::ui::markup::Child::put($($child)*, &mut $p);
        $crate::ui::markup::mark!($p; $($rest)*);
    };
    ($p:ident; $text:literal $($rest:tt)*) => { $p.text($text.into()); $crate::ui::markup::mark!($p; $($rest)*); };

    (@if $p:ident [$($c:tt)*] { $($yes:tt)* } else { $($no:tt)* } $($rest:tt)*) => {
        $p.open_list();
        if $($c)* { $crate::ui::markup::mark!($p; $($yes)*); } else { $crate::ui::markup::mark!($p; $($no)*); }
        $p.close("");
        $crate::ui::markup::mark!($p; $($rest)*);
    };
    (@if $p:ident [$($c:tt)*] { $($yes:tt)* } $($rest:tt)*) => { $crate::ui::markup::mark!(@if $p [$($c)*] { $($yes)* } else {} $($rest)*); };
    (@if $p:ident [$($c:tt)*] $t:tt $($rest:tt)*) => { $crate::ui::markup::mark!(@if $p [$($c)* $t] $($rest)*); };

    (@a $p:ident $tag:ident [$($k:expr,)*] {$($s:tt)*} / > $($rest:tt)*) => {
        $p.open(stringify!($tag), &[$($k),*]);
        $($s)*
        $p.close(stringify!($tag));
        $crate::ui::markup::mark!($p; $($rest)*);
    };
    (@a $p:ident $tag:ident [$($k:expr,)*] {$($s:tt)*} > $($rest:tt)*) => {
        $p.open(stringify!($tag), &[$($k),*]);
        $($s)*
        $crate::ui::markup::mark!($p; $($rest)*);
    };
    (@a $p:ident $tag:ident $k:tt $s:tt { $a:ident } $($rest:tt)*) => { $crate::ui::markup::mark!(@v $p $tag $k $s ($a) ($a) $($rest)*); };
    (@a $p:ident $tag:ident $k:tt $s:tt $a:ident $(- $b:ident)* = { $($v:tt)* } $($rest:tt)*) => {
        $crate::ui::markup::mark!(@v $p $tag $k $s ($a $(- $b)*) ($($v)*) $($rest)*);
    };
    (@a $p:ident $tag:ident $k:tt $s:tt $a:ident $(- $b:ident)* = $v:literal $($rest:tt)*) => {
        $crate::ui::markup::mark!(@v $p $tag $k $s ($a $(- $b)*) ($v) $($rest)*);
    };

    (@v $p:ident $tag:ident $k:tt {$($s:tt)*} (key) ($($v:tt)*) $($rest:tt)*) => {
        $crate::ui::markup::mark!(@a $p $tag $k {$($s)* $p.key($($v)*);} $($rest)*);
    };
    (@v $p:ident $tag:ident $k:tt {$($s:tt)*} (ref) ($($v:tt)*) $($rest:tt)*) => {
        $crate::ui::markup::mark!(@a $p $tag $k {$($s)* $p.node_ref($($v)*);} $($rest)*);
    };
    (@v $p:ident $tag:ident $k:tt {$($s:tt)*} (value) ($($v:tt)*) $($rest:tt)*) => {
        $crate::ui::markup::mark!(@a $p $tag $k {$($s)* $p.holds(($($v)*).into());} $($rest)*);
    };
    (@v $p:ident $tag:ident $k:tt {$($s:tt)*} (checked) ($($v:tt)*) $($rest:tt)*) => {
        $crate::ui::markup::mark!(@a $p $tag $k {$($s)* $p.checked($($v)*);} $($rest)*);
    };
    (@v $p:ident $tag:ident [$($k:tt)*] {$($s:tt)*} (class) ($($v:tt)*) $($rest:tt)*) => {
        $crate::ui::markup::mark!(@a $p $tag [$($k)* "class",] {$($s)* $p.class($($v)*);} $($rest)*);
    };
    (@v $p:ident $tag:ident $k:tt $s:tt (onblur) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onblur $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onchange) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onchange $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onclick) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onclick $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onclose) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onclose $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onfocus) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onfocus $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (oninput) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s oninput $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onkeydown) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onkeydown $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onpointercancel) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onpointercancel $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onpointerdown) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onpointerdown $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onpointerenter) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onpointerenter $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onpointerleave) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onpointerleave $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onpointermove) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onpointermove $($rest)*); };
    (@v $p:ident $tag:ident $k:tt $s:tt (onpointerup) $($rest:tt)*) => { $crate::ui::markup::mark!(@on $p $tag $k $s onpointerup $($rest)*); };
    (@v $p:ident $tag:ident [$($k:tt)*] {$($s:tt)*} ($a:ident $(- $b:ident)*) ($($v:tt)*) $($rest:tt)*) => {
        $crate::ui::markup::mark!(@a $p $tag [$($k)* concat!(stringify!($a) $(, "-", stringify!($b))*),]
            {$($s)* $crate::ui::markup::Value::put($($v)*, &mut $p);} $($rest)*);
    };
    (@on $p:ident $tag:ident $k:tt {$($s:tt)*} $event:ident ($($v:tt)*) $($rest:tt)*) => {
        $crate::ui::markup::mark!(@a $p $tag $k
            {$($s)* $p.listen(::std::rc::Rc::new(::yew::html::$event::Wrapper::new(($($v)*).into())));} $($rest)*);
    };
}

pub(crate) use {html, mark};

#[cfg(test)]
mod tests {
    use yew::{Html, LocalServerRenderer, MouseEvent};

    use crate::ui::piece::{self, Piece, Show, keyed, piece};

    /// Says which of its words are said.
    struct Words;

    impl Piece for Words {
        type Props = Vec<Option<&'static str>>;

        fn draw(said: &Self::Props) -> Html {
            let class = if said.is_empty() { "" } else { "some" };
            html! {
                <>
                    <p {class} data-first={said.first().copied().flatten()} aria-hidden={said.is_empty()} x={1.5} onclick={|_: MouseEvent| ()}>
                        { for said.iter().copied().flatten().map(|word| html! { <b key={word}>{word}</b> }) }
                    </p>
                    if let Some(Some(word)) = said.last() { <i>{*word}</i>"!" } else { <br /> }
                </>
            }
        }
    }

    /// Two of them.
    struct Twice;

    impl Piece for Twice {
        type Props = &'static str;

        fn draw(word: &&'static str) -> Html {
            html! { <div>{ keyed::<Words>(1, vec![Some(*word), None]) }{ piece::<Words>(vec![None, Some(*word)]) }</div> }
        }
    }

    fn drawn<P: Piece>(props: P::Props) -> String {
        let renderer = LocalServerRenderer::<Show>::with_props(piece::props::<P>(props)).hydratable(false);
        futures_executor::block_on(renderer.render())
    }

    #[test]
    fn what_is_not_there_leaves_no_trace() {
        assert_eq!(drawn::<Words>(Vec::new()), "<p aria-hidden=\"true\" x=\"1.5\"></p><br>");
        let all = "<p class=\"some\" data-first=\"a\" aria-hidden=\"false\" x=\"1.5\"><b>a</b><b>c</b></p><i>c</i>!";
        assert_eq!(drawn::<Words>(vec![Some("a"), None, Some("c")]), all);
    }

    #[test]
    fn pieces_stand_in_pieces() {
        let one = "<p class=\"some\" data-first=\"k\" aria-hidden=\"false\" x=\"1.5\"><b>k</b></p><br>";
        let other = "<p class=\"some\" aria-hidden=\"false\" x=\"1.5\"><b>k</b></p><i>k</i>!";
        assert_eq!(drawn::<Twice>("k"), format!("<div>{one}{other}</div>"));
    }

    #[test]
    fn pieces_are_the_same_if_their_properties_are() {
        let said = |word| piece::props::<Words>(vec![Some(word)]);
        assert!(said("a") == said("a"));
        assert!(said("a") != said("b"));
        assert!(piece::props::<Twice>("a") != said("a"), "another piece");
    }

    #[test]
    #[should_panic(expected = "closed by another tag")]
    fn a_wrong_closing_tag_is_noticed() {
        drop(html! { <p><b>{"x"}</p></b> });
    }
}
