//! `window.ringside`: what a visitor can do, for scripts, tests and articles. Every call is done when it returns; one
//! that cannot be done throws an `Error` that says why, and has changed nothing.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Error, JSON, Object, Promise, Reflect};
use ringside::session::{StepUnit, export};
use ringside::sim::time::Time;
use ringside::text::{Lang, complaint, sentence};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::ui::state::{Command, State};

use super::frame::Stats;
use super::{page, window};

/// The state, shared with the page.
pub type Shared = Rc<RefCell<State>>;

type Answer = Result<JsValue, JsValue>;
type Method = Closure<dyn FnMut(JsValue) -> Answer>;

/// The object; gone when this is dropped.
#[derive(Debug)]
pub struct Api {
    _methods: Vec<Method>,
}

impl Api {
    /// Puts the object up. `poke` tells the page that something was done.
    pub fn put_up(state: Shared, stats: Rc<RefCell<Stats>>, poke: impl Fn() + Clone + 'static) -> Api {
        let put_up = Object::new();
        let mut methods = Vec::new();
        let mut add = |name: &str, method: Box<dyn FnMut(JsValue) -> Answer>| {
            let method = Closure::wrap(method);
            // A fresh plain object takes every property.
            let _ = Reflect::set(&put_up, &name.into(), method.as_ref());
            methods.push(method);
        };
        let done = |state: &Shared, command: Command, poke: &dyn Fn()| -> Answer {
            let done = state.borrow_mut().command(command);
            poke();
            done.map(|()| JsValue::UNDEFINED).map_err(|why| error(&why))
        };
        let own = || (state.clone(), poke.clone());

        let (s, p) = own();
        add("act", Box::new(move |text| done(&s, Command::Act(action(&text)?), &p)));
        let (s, p) = own();
        add("play", Box::new(move |_| done(&s, Command::Play, &p)));
        let (s, p) = own();
        add("pause", Box::new(move |_| done(&s, Command::Pause, &p)));
        let (s, p) = own();
        add("seek", Box::new(move |ms| done(&s, Command::Seek(instant(&ms)?), &p)));
        let (s, p) = own();
        add("step", Box::new(move |unit| done(&s, step(&unit)?, &p)));
        let (s, _) = own();
        add("now", Box::new(move |_| Ok(JsValue::from_f64(s.borrow().session.now().0 as f64 / 1_000.0))));
        let (s, _) = own();
        add("digest", Box::new(move |_| Ok(format!("{:016x}", s.borrow().session.digest()).into())));
        let (s, _) = own();
        add("link", Box::new(move |_| Ok(page::address(&s.borrow().link()).into())));
        let (s, _) = own();
        add("journal", Box::new(move |n| journal(&s.borrow(), &n)));
        let (s, _) = own();
        add("stats", Box::new(move |_| object(&stats.borrow().figures(&s.borrow().session))));
        let _ = Reflect::set(&put_up, &"ready".into(), &Promise::resolve(&JsValue::TRUE));
        let _ = Reflect::set(&window(), &"ringside".into(), &put_up);
        Api { _methods: methods }
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        let _ = Reflect::delete_property(&window(), &"ringside".into());
    }
}

/// Data as a plain object.
fn object(of: &impl Serialize) -> Answer {
    JSON::parse(&serde_json::to_string(of).map_err(|why| error(&why.to_string()))?)
}

fn error(why: &str) -> JsValue {
    Error::new(why).into()
}

fn action(text: &JsValue) -> Result<ringside::session::action::Action, JsValue> {
    let text = text.as_string().ok_or_else(|| error("act wants a text, such as act(\"kill C\")"))?;
    text.parse().map_err(|why| error(&complaint::action_error(&why, Lang::En)))
}

fn instant(ms: &JsValue) -> Result<Time, JsValue> {
    let ms = ms.as_f64().filter(|ms| ms.is_finite() && *ms >= 0.0);
    // Casts of floats saturate; the session keeps to its limit.
    ms.map(|ms| Time((ms * 1_000.0).round() as u64)).ok_or_else(|| error("seek wants milliseconds from 0 on"))
}

fn step(unit: &JsValue) -> Result<Command, JsValue> {
    match unit.as_string().as_deref() {
        Some("event") => Ok(Command::StepOn(Some(StepUnit::Event))),
        Some("fact") => Ok(Command::StepOn(Some(StepUnit::Fact))),
        Some("-event") => Ok(Command::StepBack(Some(StepUnit::Event))),
        Some("-fact") => Ok(Command::StepBack(Some(StepUnit::Fact))),
        _ => Err(error("step wants \"event\", \"fact\", \"-event\" or \"-fact\"")),
    }
}

/// The last `n` facts, oldest first: all that `export` has of them, `at` in milliseconds, and the sentence as `text`.
fn journal(state: &State, n: &JsValue) -> Answer {
    let facts = state.session.facts();
    let n = match n.as_f64() {
        None if n.is_undefined() => facts.len(),
        Some(n) if n >= 0.0 => n as usize,
        _ => return Err(error("journal wants how many facts, from 0 on")),
    };
    let roster = state.session.setup().roster;
    let out = Array::new();
    for fact in &facts[facts.len().saturating_sub(n)..] {
        let told = object(&export::object(fact, &roster))?;
        let text = sentence::plain(&sentence::sentence(fact, &roster, state.lang), &roster);
        Reflect::set(&told, &"at".into(), &(fact.at.0 as f64 / 1_000.0).into())?;
        Reflect::set(&told, &"text".into(), &text.into())?;
        out.push(&told);
    }
    Ok(out.into())
}
