//! What the room's page knows, and what a command does to it. Nothing here knows a browser.

use std::rc::Rc;

use ringside::proto::ring::hash::Hash;
use ringside::room::placement::catalogue::node_name;
use ringside::room::placement::catalogue::room_words;
use ringside::room::placement::job::Answer;
use ringside::room::placement::numbers::grouped;
use ringside::room::placement::schemes::Algorithm;
use ringside::room::placement::words::Bill;
use ringside::room::placement::{Change, PlacementRoom};
use ringside::text::Lang;

/// Rows of the table that are shown at a time: a thousand would take longer than a frame.
pub const ROWS: usize = 25;

/// What a visitor can command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Kill a living node, revive a dead one, and select it.
    Toggle(u16),
    /// Kill the selected node.
    Kill,
    /// Revive it.
    Revive,
    /// Make it heavier or lighter by so much.
    Weigh(i32),
    /// One more node.
    Add,
    /// Take the last change back.
    Undo,
    /// Take all back.
    Reset,
    /// Select a node.
    Select(u16),
    /// Select the one that stands so many further on.
    Neighbour(i32),
    /// The pointer or focus is on a node, or on none.
    Hover(Option<u16>),
    /// Another scheme in a lane.
    Scheme(usize, Algorithm),
    /// So many nodes, none changed.
    Nodes(u16),
    /// So many virtual nodes.
    Vnodes(u16),
    /// So many keys.
    Keys(u32),
    /// Another hash.
    Hash(Hash),
    /// The table's next rows, or the ones before.
    Rows(i32),
}

/// What the page knows.
#[derive(Debug)]
pub struct State {
    /// The room.
    pub room: Rc<PlacementRoom>,
    /// The node that keys and buttons are about.
    pub selected: u16,
    /// The node under the pointer.
    pub hovered: Option<u16>,
    /// Why something was not done, or a link not read.
    pub notice: Option<String>,
    /// The page's language.
    pub lang: Lang,
    /// What is known of each lane.
    pub answers: [Rc<Answer>; 2],
    /// Why a lane cannot be counted.
    pub failed: [Option<String>; 2],
    /// The table's first row.
    pub row: usize,
}

impl State {
    /// The room of a link; one that cannot be read opens the usual room and says why.
    pub fn new(text: &str, lang: Lang) -> State {
        let (room, notice) = match text.parse::<PlacementRoom>() {
            Ok(room) => (room, None),
            Err(why) => {
                let w = room_words(lang);
                (PlacementRoom::default(), Some((w.bad_link)(&(w.error)(&why))))
            }
        };
        let count = room.now().members().len();
        let last = room.changes().last().map(|change| change.node(count - 1));
        State {
            selected: last.unwrap_or(2).min(count as u16 - 1),
            room: Rc::new(room),
            hovered: None,
            notice,
            lang,
            answers: Default::default(),
            failed: [None, None],
            row: 0,
        }
    }

    /// Carries out a command. True: the room is another one, and has to be counted again.
    pub fn command(&mut self, command: Command) -> bool {
        let selected = self.selected;
        let was = self.room.clone();
        let count = was.now().members().len();
        match command {
            Command::Hover(node) => {
                self.hovered = node;
                return false;
            }
            Command::Select(node) => self.selected = node.min(count as u16 - 1),
            Command::Neighbour(on) => self.selected = (i64::from(selected) + i64::from(on)).rem_euclid(count as i64) as u16,
            Command::Rows(on) => {
                let last = (count - 1) / ROWS * ROWS;
                self.row = (self.row as i64 + i64::from(on) * ROWS as i64).clamp(0, last as i64) as usize;
            }
            Command::Toggle(node) => {
                self.selected = node.min(count as u16 - 1);
                let alive = was.now().members().get(usize::from(node)).is_some_and(|member| member.is_alive());
                self.change(if alive { Change::Kill(node) } else { Change::Revive(node) });
            }
            Command::Kill => {
                self.change(Change::Kill(selected));
            }
            Command::Revive => {
                self.change(Change::Revive(selected));
            }
            Command::Weigh(by) => {
                let weight = was.now().members()[usize::from(selected)].weight();
                self.change(Change::Weigh(selected, weight.saturating_add_signed(by as i16)));
            }
            Command::Add => {
                if self.change(Change::Add) {
                    self.selected = count as u16;
                }
            }
            Command::Undo => {
                Rc::make_mut(&mut self.room).undo();
            }
            Command::Reset => {
                Rc::make_mut(&mut self.room).reset();
            }
            Command::Scheme(lane, scheme) => Rc::make_mut(&mut self.room).schemes[lane.min(1)] = scheme,
            Command::Nodes(nodes) => {
                Rc::make_mut(&mut self.room).set_nodes(nodes);
            }
            Command::Vnodes(vnodes) => {
                Rc::make_mut(&mut self.room).set_vnodes(vnodes);
            }
            Command::Keys(keys) => {
                Rc::make_mut(&mut self.room).set_keys(keys);
            }
            Command::Hash(hash) => Rc::make_mut(&mut self.room).hash = hash,
        }
        let count = self.room.now().members().len();
        self.selected = self.selected.min(count as u16 - 1);
        self.hovered = self.hovered.filter(|node| usize::from(*node) < count);
        self.row = self.row.min((count - 1) / ROWS * ROWS);
        let another = *self.room != *was;
        if another {
            self.notice = None;
            self.failed = [None, None];
        }
        another
    }

    /// Makes a change, or says why not. True: it was made.
    fn change(&mut self, change: Change) -> bool {
        let mut room = (*self.room).clone();
        let done = room.change(change);
        match done {
            Ok(()) => self.room = Rc::new(room),
            Err(why) => {
                let who = node_name(&room, change.node(room.now().members().len()), self.lang);
                self.notice = Some((room_words(self.lang).refusal)(why, &who));
            }
        }
        done.is_ok()
    }

    /// The room is shown in another language: what was said in the old one is withdrawn.
    pub fn speak(&mut self, lang: Lang) {
        if lang != self.lang {
            self.lang = lang;
            self.notice = None;
        }
    }

    /// Whether both lanes are counted.
    pub fn is_whole(&self) -> bool {
        let keys = self.room.keys();
        self.answers.iter().zip(&self.failed).all(|(answer, failed)| failed.is_some() || answer.keys == keys && answer.is_whole())
    }

    /// The one sentence: what the last change did. Figures only when all are counted.
    pub fn sentence(&self) -> String {
        let (w, room) = (room_words(self.lang), &*self.room);
        if let Some(notice) = &self.notice {
            return notice.clone();
        }
        let count = room.now().members().len();
        let Some(&change) = room.changes().last() else {
            return (w.opening)(&grouped(count as u32), &grouped(room.keys()), &node_name(room, self.selected, self.lang));
        };
        let happened = (w.changed)(change, &node_name(room, change.node(count - 1), self.lang));
        let mut said = happened;
        if self.is_whole() && self.failed == [None, None] {
            let bill = |lane: usize| {
                let (scheme, answer) = (room.schemes[lane], &self.answers[lane]);
                Bill { scheme, moved: answer.moved, minimum: answer.minimum, deaf: !scheme.weighs() && room.is_weighted() }
            };
            if self.lang == Lang::En {
                said.push(' ');
            }
            said.push_str(&(w.moved)(&[bill(0), bill(1)], room.keys()));
        }
        said
    }
}

/// What a key commands, Escape and the page's own keys aside. `bars`: the focus is on the bars.
pub fn key(name: &str, bars: bool) -> Option<Command> {
    Some(match name {
        "ArrowRight" | "ArrowDown" if bars => Command::Neighbour(1),
        "ArrowLeft" | "ArrowUp" if bars => Command::Neighbour(-1),
        "Home" if bars => Command::Select(0),
        "End" if bars => Command::Select(u16::MAX),
        "k" | "K" => Command::Kill,
        "r" | "R" => Command::Revive,
        "a" | "A" => Command::Add,
        "u" | "U" => Command::Undo,
        "0" => Command::Reset,
        "-" => Command::Weigh(-1),
        "+" | "=" => Command::Weigh(1),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_kills_and_a_second_click_revives() {
        let mut state = State::new("", Lang::En);
        assert!(state.command(Command::Toggle(4)) && state.selected == 4);
        assert!(state.command(Command::Toggle(4)));
        assert_eq!(state.room.to_string(), "modulo,ring,kill:4,revive:4");
        assert!(state.command(Command::Undo) && state.command(Command::Reset) && !state.command(Command::Reset));
    }

    #[test]
    fn what_cannot_be_is_said_and_changes_nothing() {
        let mut state = State::new("", Lang::En);
        assert!(!state.command(Command::Weigh(-1)));
        assert_eq!(state.sentence(), "Weights go from 1 to 9.");
        assert!(!state.command(Command::Revive));
        assert_eq!(state.sentence(), "C is alive already.");
        assert!(state.command(Command::Kill));
        assert_eq!(state.sentence(), "C died.", "figures follow when they are counted");
    }

    #[test]
    fn a_new_node_is_selected_and_the_selection_survives_its_going() {
        let mut state = State::new("", Lang::En);
        assert!(state.command(Command::Add) && state.selected == 6);
        assert!(state.command(Command::Undo) && state.selected == 5);
        assert!(!state.command(Command::Neighbour(1)) && state.selected == 0);
        assert!(!state.command(Command::Select(u16::MAX)) && state.selected == 5);
    }

    #[test]
    fn a_bad_link_opens_the_usual_room_and_says_why() {
        let state = State::new("ringo", Lang::En);
        assert_eq!(*state.room, PlacementRoom::default());
        let said = "This link to the placement room cannot be read: there is no scheme “ringo”. Here is the usual room.";
        assert_eq!(state.sentence(), said);
        assert_eq!(State::new("ring,ring,kill:5", Lang::Zh).selected, 5);
    }

    #[test]
    fn the_table_stays_within_the_nodes() {
        let mut state = State::new("ring,ring,nodes:60", Lang::En);
        assert!(!state.command(Command::Rows(9)) && state.row == 50);
        assert!(!state.command(Command::Rows(-1)) && state.row == 25);
        assert!(state.command(Command::Nodes(3)) && state.row == 0);
    }

    #[test]
    fn every_key_has_one_meaning() {
        assert_eq!(key("k", false), Some(Command::Kill));
        assert_eq!(key("ArrowLeft", true), Some(Command::Neighbour(-1)));
        assert_eq!(key("ArrowLeft", false), None);
        assert_eq!(key("p", true), None, "the page's own");
    }
}
