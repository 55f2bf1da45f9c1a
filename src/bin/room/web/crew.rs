//! Who counts: one worker a lane, so that the page's own thread never does; where no worker starts, the page in short slices.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Array, Date, Uint32Array};
use ringside::room::placement::PlacementRoom;
use ringside::room::placement::job::{Answer, Job};
use ringside::room::placement::link::RoomError;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::listen::Listener;
use super::page;

/// Milliseconds of counting before a worker looks for a newer question, and before the page lets a frame pass.
const SLICE: [f64; 2] = [25.0, 5.0];
/// Milliseconds from one partial answer to the next.
const REPORT: f64 = 120.0;
/// Keys between two looks at the clock: even 1,000 nodes asked for each key stay below a slice.
const STEP: u32 = 200;

/// A lane to be counted, as it passes to a worker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// Answers to any other number are out of date.
    pub id: u32,
    /// 0 or 1.
    pub lane: usize,
    /// Cells of the picture of the keys.
    pub cells: u32,
    /// The room's text.
    pub room: String,
}

impl Question {
    fn print(&self) -> String {
        format!("{} {} {} {}", self.id, self.lane, self.cells, self.room)
    }

    fn read(text: &str) -> Option<Question> {
        let mut parts = text.splitn(4, ' ');
        let mut number = || parts.next()?.parse::<u32>().ok();
        let (id, lane, cells) = (number()?, number()?, number()?);
        Some(Question { id, lane: lane.min(1) as usize, cells, room: parts.next()?.to_owned() })
    }
}

/// An answer on its way: to which question, of which lane, and what; `Err` says why there is none.
pub type Told = (u32, usize, Result<Answer, String>);

/// One question being answered.
struct Task {
    question: Question,
    job: Job,
    reported: f64,
}

impl Task {
    fn begin(question: Question) -> Result<Task, String> {
        let room: PlacementRoom = question.room.parse().map_err(|why: RoomError| why.to_string())?;
        let job = Job::new(&room, question.lane).map_err(|why| why.to_string())?;
        Ok(Task { question, job, reported: Date::now() })
    }

    /// Counts for about so many milliseconds. Some: an answer worth telling, and whether it is the last.
    fn go_on(&mut self, slice: f64) -> Option<(Answer, bool)> {
        let began = Date::now();
        let mut whole = false;
        while !whole && Date::now() - began < slice {
            whole = self.job.step(STEP);
        }
        let due = whole || Date::now() - self.reported >= REPORT;
        due.then(|| {
            let answer = self.job.answer(self.question.cells);
            self.reported = Date::now();
            (answer, whole)
        })
    }
}

/// Counts one question at a time; a newer one takes the place of the old. Each answer goes to `tell`.
struct Counter {
    slice: f64,
    task: Option<Task>,
    timer: Option<Timeout>,
    tell: Box<dyn Fn(Told)>,
}

impl Counter {
    fn ask(this: &Rc<RefCell<Counter>>, question: Question) {
        let (id, lane) = (question.id, question.lane);
        let begun = Task::begin(question);
        let mut me = this.borrow_mut();
        me.task = None;
        match begun {
            Ok(task) => me.task = Some(task),
            Err(why) => (me.tell)((id, lane, Err(why))),
        }
        drop(me);
        Counter::arm(this);
    }

    fn arm(this: &Rc<RefCell<Counter>>) {
        let again = this.clone();
        this.borrow_mut().timer = Some(Timeout::new(0, move || Counter::tick(&again)));
    }

    fn tick(this: &Rc<RefCell<Counter>>) {
        let mut me = this.borrow_mut();
        let slice = me.slice;
        let Some(task) = &mut me.task else { return };
        let (id, lane) = (task.question.id, task.question.lane);
        let answer = task.go_on(slice);
        let ended = answer.as_ref().is_some_and(|(_, whole)| *whole);
        if ended {
            me.task = None;
        }
        if let Some((answer, _)) = answer {
            (me.tell)((id, lane, Ok(answer)));
        }
        drop(me);
        if !ended {
            Counter::arm(this);
        }
    }
}

/// Where there is no window: becomes a worker. False: there is one.
pub fn serve() -> bool {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return false };
    let post = scope.clone();
    let tell = move |(id, lane, told): Told| {
        // A page that is gone hears nothing, and ends this worker.
        let _ = match told {
            Ok(answer) => {
                let mut row = vec![id, lane as u32];
                row.extend(answer.pack());
                let row = Uint32Array::from(&row[..]);
                post.post_message_with_transfer(&row, &Array::of1(&row.buffer()))
            }
            Err(why) => post.post_message(&format!("{id} {lane} {why}").into()),
        };
    };
    let counter = Rc::new(RefCell::new(Counter { slice: SLICE[0], task: None, timer: None, tell: Box::new(tell) }));
    let hear = Listener::on(&scope, "message", move |event| {
        let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
        match text.as_deref().map(Question::read) {
            Some(Some(question)) => Counter::ask(&counter, question),
            Some(None) => counter.borrow_mut().task = None,
            None => {}
        }
    });
    KEPT.with(|kept| kept.borrow_mut().push(hear));
    // What was asked before this listener was there is lost: the page waits for this word.
    let _ = scope.post_message(&JsValue::TRUE);
    true
}

thread_local! {
    /// A worker listens as long as it lives.
    static KEPT: RefCell<Vec<Listener>> = const { RefCell::new(Vec::new()) };
}

/// Who counts one lane.
struct Slot {
    worker: Option<Worker>,
    ready: bool,
    asked: Option<Question>,
    here: Option<Rc<RefCell<Counter>>>,
    listeners: Vec<Listener>,
}

/// Who counts the lanes.
pub struct Crew {
    slots: [Rc<RefCell<Slot>>; 2],
}

impl Crew {
    /// Starts the workers. Answers go to `tell`.
    pub fn start(tell: impl Fn(Told) + Clone + 'static) -> Crew {
        Crew { slots: [(); 2].map(|()| Slot::start(tell.clone())) }
    }

    /// Nobody wants to know any more what was asked of this lane.
    pub fn stop(&self, lane: usize) {
        let mut slot = self.slots[lane.min(1)].borrow_mut();
        slot.asked = None;
        if let (Some(worker), true) = (&slot.worker, slot.ready) {
            // Any text that is no question.
            let _ = worker.post_message(&"stop".into());
        }
        slot.here.iter().for_each(|counter| counter.borrow_mut().task = None);
    }

    /// Asks; an older question of this lane is forgotten.
    pub fn ask(&self, question: Question) {
        Slot::ask(&self.slots[question.lane.min(1)], question);
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for slot in &self.slots {
            let mut slot = slot.borrow_mut();
            slot.listeners.clear();
            slot.worker.take().iter().for_each(Worker::terminate);
        }
    }
}

impl Slot {
    fn start(tell: impl Fn(Told) + Clone + 'static) -> Rc<RefCell<Slot>> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = page::module().and_then(|module| Worker::new_with_options(&module, &options).ok());
        let slot = Rc::new(RefCell::new(Slot { worker: worker.clone(), ready: false, asked: None, here: None, listeners: Vec::new() }));
        let own = tell.clone();
        let Some(worker) = worker else {
            Slot::stand_in(&slot, tell);
            return slot;
        };
        let this = Rc::downgrade(&slot);
        let hear = Listener::on(&worker, "message", move |event| {
            let Some(data) = event.dyn_ref::<MessageEvent>().map(MessageEvent::data) else { return };
            match told(&data) {
                Some(told) => own(told),
                None => this.upgrade().iter().for_each(Slot::is_ready),
            }
        });
        let this = Rc::downgrade(&slot);
        let fail = Listener::on(&worker, "error", move |_| {
            if let Some(slot) = this.upgrade() {
                Slot::stand_in(&slot, tell.clone());
            }
        });
        slot.borrow_mut().listeners.extend([hear, fail]);
        slot
    }

    /// No worker: the page counts, in slices that let every frame pass.
    fn stand_in(this: &Rc<RefCell<Slot>>, tell: impl Fn(Told) + 'static) {
        let counter = Rc::new(RefCell::new(Counter { slice: SLICE[1], task: None, timer: None, tell: Box::new(tell) }));
        let mut me = this.borrow_mut();
        me.worker = None;
        me.here = Some(counter.clone());
        let asked = me.asked.clone();
        drop(me);
        asked.into_iter().for_each(|question| Counter::ask(&counter, question));
    }

    fn is_ready(this: &Rc<RefCell<Slot>>) {
        this.borrow_mut().ready = true;
        let asked = this.borrow().asked.clone();
        asked.into_iter().for_each(|question| Slot::ask(this, question));
    }

    fn ask(this: &Rc<RefCell<Slot>>, question: Question) {
        let mut me = this.borrow_mut();
        me.asked = Some(question.clone());
        if let (Some(worker), true) = (&me.worker, me.ready) {
            // A text can always be sent.
            let _ = worker.post_message(&question.print().into());
        }
        let here = me.here.clone();
        drop(me);
        here.iter().for_each(|counter| Counter::ask(counter, question.clone()));
    }
}

/// What a worker said; `None`: only that it is ready.
fn told(data: &JsValue) -> Option<Told> {
    if let Some(text) = data.as_string() {
        let mut parts = text.splitn(3, ' ');
        let mut number = || parts.next()?.parse::<u32>().ok();
        let (id, lane) = (number()?, number()?);
        return Some((id, lane.min(1) as usize, Err(parts.next()?.to_owned())));
    }
    let row = data.dyn_ref::<Uint32Array>()?.to_vec();
    let (head, rest) = row.split_at_checked(2)?;
    Some((head[0], head[1].min(1) as usize, Ok(Answer::unpack(rest)?)))
}
