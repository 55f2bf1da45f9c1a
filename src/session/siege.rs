//! The siege of the coordinators: it strikes at the very instants at which something happens among them, where random
//! actions hardly ever hit. Everything it does the control plane has promised to survive.

use crate::cluster::note::{ControlNote, Note};
use crate::cluster::observe::view::{Office, ProcessView};
use crate::cluster::setup::Setup;
use crate::cluster::setup::name::{Kind, Name};
use crate::cluster::setup::rules::{Rule, Rules};
use crate::session::action::Action;
use crate::session::{Session, StepUnit};
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

/// Who besieges.
#[derive(Clone, Debug)]
pub struct Siege {
    rng: Rng,
    /// Who was elected last, in which term.
    leader: Option<(Pid, u32)>,
}

/// What has just happened among the coordinators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stir {
    /// One was elected: it has not told anybody yet.
    Elected(Pid),
    /// One that leads has committed something that a predecessor wrote.
    Inherited(Pid),
    /// Something else, or nothing for a while.
    Other,
}

impl Siege {
    /// The recipe and the siege of a seed: a small cluster of three or five coordinators, in which little is decided, so that
    /// what is under way when it strikes matters.
    pub fn new(seed: u64, off: &[Rule]) -> (Setup, Siege) {
        let mut rng = Rng::stream(seed, Stream::Nemesis);
        let mut setup = Setup::new(seed);
        setup.roster.coordinators = if rng.per_mille(700) { 3 } else { 5 };
        (setup.roster.nodes, setup.roster.clients, setup.config.workers) = (3, 2, rng.below(3) as u8);
        setup.rules = off.iter().fold(Rules::ALL_ON, |rules, &rule| rules.without(rule));
        (setup, Siege::on(rng))
    }

    /// A nemesis with this source of chance.
    pub fn on(rng: Rng) -> Siege {
        Siege { rng, leader: None }
    }

    /// Waits for an instant at which something happens among the coordinators, but not for long, and perhaps strikes.
    pub fn strike(&mut self, session: &mut Session, end: Time) {
        let patience = end.min(session.now() + self.rng.between(Span::millis(50), Span::millis(1_500)));
        let mut stir = Stir::Other;
        while session.now() < patience && stir == Stir::Other {
            let from = session.facts().len();
            // To the end of the next instant at which anything happens.
            if !session.step(StepUnit::Event) {
                break;
            }
            stir = self.stir(&session.facts()[from..]);
        }
        let action = match stir {
            Stir::Elected(who) if self.rng.per_mille(500) => Some(Action::Isolate(session.setup().roster.name(who))),
            Stir::Inherited(who) if self.rng.per_mille(700) => Some(Action::Isolate(session.setup().roster.name(who))),
            Stir::Elected(_) | Stir::Inherited(_) => None,
            Stir::Other => self.draw(session),
        };
        // What cannot be done now is not done.
        let _ = action.map(|action| session.dispatch(action));
    }

    fn stir(&mut self, facts: &[Record<Note>]) -> Stir {
        for fact in facts {
            match &fact.what {
                What::Note(Note::Control(ControlNote::Elected { term })) => {
                    self.leader = Some((fact.who, *term));
                    return Stir::Elected(fact.who);
                }
                What::Note(Note::Control(ControlNote::Decided { term, .. }))
                    if self.leader.is_some_and(|(who, led)| who == fact.who && led > *term) =>
                {
                    return Stir::Inherited(fact.who);
                }
                What::Note(_) | What::Fault(_) => {}
            }
        }
        Stir::Other
    }

    fn draw(&mut self, session: &Session) -> Option<Action> {
        let view = session.view();
        let is_coordinator = |p: &&ProcessView| p.name.kind == Kind::Coordinator;
        let council = || view.processes.iter().filter(is_coordinator);
        let leader = || view.coordinators.iter().filter(|it| it.office == Some(Office::Leader)).max_by_key(|it| it.term);
        Some(match self.rng.below(20) {
            0..2 => Action::Rejoin(self.pick(council().filter(|it| !it.cut_to.is_empty()))?),
            2..10 => Action::Heal(self.pick(council())?, self.pick(council())?),
            10..13 => Action::Isolate(session.setup().roster.name(leader()?.pid)),
            13 => Action::Kill(session.setup().roster.name(leader()?.pid)),
            14 => Action::Kill(self.pick(council())?),
            15..18 => Action::Revive(self.pick(council())?),
            _ => Action::Cut(self.pick(council())?, self.pick(council())?),
        })
    }

    fn pick<'a>(&mut self, all: impl Iterator<Item = &'a ProcessView>) -> Option<Name> {
        let names: Vec<Name> = all.map(|process| process.name).collect();
        (!names.is_empty()).then(|| names[self.rng.below(names.len() as u32) as usize])
    }
}
