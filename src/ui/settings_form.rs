//! The recipe of the next run while somebody is still writing it.

use ringside::cluster::setup::Setup;
use ringside::cluster::setup::rules::{Rule, Rules};
use ringside::session::link;
use ringside::session::recipe::{Form, Parameter};
use ringside::sim::time::Span;

/// A recipe in the making.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingsForm {
    /// The seed as it is typed.
    pub seed: String,
    /// Whether the seed could not be read.
    pub bad_seed: bool,
    /// The field in which something was written that could not be taken as it stood.
    pub refused: Option<&'static str>,
    /// Everything else. A span stays as a link gave it, to the part of a second, unless somebody writes another.
    setup: Setup,
    /// Whether the number of workers was chosen, and not only of clients.
    chosen: bool,
}

impl SettingsForm {
    /// A form that begins with a run's recipe.
    pub fn of(setup: &Setup) -> SettingsForm {
        let chosen = workers().get(setup) != workers().usual(setup);
        SettingsForm { seed: setup.seed.to_string(), bad_seed: false, refused: None, setup: setup.clone(), chosen }
    }

    /// A figure as the form shows it; its bounds.
    pub fn figure(&self, of: &Parameter) -> (String, (u64, u64)) {
        (link::write(of, of.get(&self.setup)), of.bounds(&self.setup))
    }

    /// What the field of a number shows.
    pub fn shown(&self, field: &str) -> Option<String> {
        let of = Parameter::of(field)?;
        (!matches!(of.form, Form::Word(_))).then(|| self.figure(of).0)
    }

    /// Whether a rule is on.
    pub fn is_on(&self, rule: Rule) -> bool {
        self.setup.rules.on(rule)
    }

    /// A field of the form has a new value; what is no figure leaves it as it was, what is out of bounds goes to the bound, and either is
    /// said.
    pub fn write(&mut self, field: &str, value: &str, checked: bool) {
        self.refused = None;
        if field == "seed" {
            self.seed = value.to_owned();
            self.bad_seed = false;
        } else if let Some(rule) = field.strip_prefix("rule-").and_then(Rule::parse) {
            self.setup.rules = with(self.setup.rules, rule, checked);
        } else if let Some(of) = Parameter::of(field) {
            let read = link::read(of, value.trim(), &self.setup);
            self.refused = read.is_err().then_some(of.key);
            let number = || value.trim().parse::<u32>().ok().map(u64::from);
            let nearest = || match of.form {
                Form::Count | Form::Odd => number(),
                Form::Span => Some(Span::secs(value.trim().split('.').next()?.parse::<u32>().ok()?.into()).0),
                Form::Word(_) => None,
            };
            let Some(value) = read.ok().or_else(|| Some(of.within(&self.setup, nearest()?))) else { return };
            of.set(&mut self.setup, value);
            self.chosen |= field == workers().key;
            // Unless somebody chose: the usual number of workers. Never more than there are clients.
            let setup = &mut self.setup;
            let workers = if self.chosen { workers().within(setup, workers().get(setup)) } else { workers().usual(setup) };
            self::workers().set(setup, workers);
        }
    }

    /// The recipe. `None`, and said so, if the seed is no number.
    pub fn setup(&mut self) -> Option<Setup> {
        let seed = self.seed.trim().parse().ok();
        self.bad_seed = seed.is_none();
        Some(Setup { seed: seed?, ..self.setup.clone() })
    }
}

fn workers() -> &'static Parameter {
    Parameter::of("workers").expect("it is in the table")
}

/// Rules with one switched.
fn with(rules: Rules, rule: Rule, on: bool) -> Rules {
    let off = rules.off().filter(|&other| other != rule).chain((!on).then_some(rule));
    off.fold(Rules::ALL_ON, Rules::without)
}

#[cfg(test)]
mod tests {
    use ringside::cluster::setup::config::{Ack, Reads};

    use super::*;

    #[test]
    fn counts_stay_within_their_bounds_and_nonsense_changes_nothing() {
        let mut form = SettingsForm::of(&Setup::new(1));
        for (text, nodes) in [("5", 5), ("99", 8), ("0", 3), ("4294967296", 3), ("-1", 3), ("x", 3), ("", 3), (" 7 ", 7)] {
            form.write("nodes", text, false);
            assert_eq!(form.setup.roster.nodes, nodes, "{text:?}");
            assert_eq!(form.shown("nodes"), Some(nodes.to_string()), "{text:?}");
        }
    }

    #[test]
    fn what_could_not_be_taken_as_it_stood_is_said_until_something_else_is_written() {
        let mut form = SettingsForm::of(&Setup::new(1));
        for (field, text, refused) in [
            ("nodes", "99", Some("nodes")),
            ("nodes", "8", None),
            ("nodes", "4.5", Some("nodes")),
            ("lease", "1.5", None),
            ("lease", "0.5", Some("lease")),
            ("clients", "", Some("clients")),
            ("seed", "7", None),
        ] {
            form.write(field, text, false);
            assert_eq!(form.refused, refused, "{field}: {text:?}");
        }
        assert_eq!((form.setup.roster.nodes, form.shown("lease")), (8, Some("1".to_owned())));
        form.write("delay", "0.25", false);
        assert_eq!(form.shown("delay"), Some("0.25".to_owned()), "as links have it");
    }

    #[test]
    fn what_is_chosen_reaches_the_link() {
        let mut form = SettingsForm::of(&Setup::new(1));
        for (field, text) in [("coordinators", "5"), ("ack", "primary"), ("min", "2"), ("reads", "in-sync")] {
            form.write(field, text, false);
        }
        let opened = ringside::session::link::Opened { setup: form.setup().expect("a seed"), ..Default::default() };
        let link = ringside::session::link::print(&opened);
        for part in ["coordinators=5", "ack=primary", "min=2", "reads=in-sync"] {
            assert!(link.split('&').any(|it| it == part), "{part} is not in {link}");
        }
        for (field, text) in [("coordinators", "4"), ("ack", "x"), ("min", "9"), ("reads", "")] {
            form.write(field, text, false);
        }
        let config = &form.setup.config;
        assert_eq!((form.setup.roster.coordinators, config.ack, config.min_in_sync, config.reads), (3, Ack::Primary, 3, Reads::InSync));
    }

    #[test]
    fn the_locks_figures_reach_the_link_within_their_bounds() {
        let mut form = SettingsForm::of(&Setup::new(1));
        for (field, text) in [("workers", "6"), ("locks", "9"), ("lease", "0"), ("delay", "5"), ("patience", "99")] {
            form.write(field, text, false);
        }
        let opened = ringside::session::link::Opened { setup: form.setup().expect("a seed"), ..Default::default() };
        let link = ringside::session::link::print(&opened);
        for part in ["workers=6", "locks=3", "lease=1", "delay=5", "patience=60"] {
            assert!(link.split('&').any(|it| it == part), "{part} is not in {link}");
        }
        form.write("clients", "4", false);
        assert_eq!(form.setup().map(|setup| setup.config.workers), Some(4), "no more workers than clients");
    }

    #[test]
    fn a_lease_that_is_no_whole_number_of_seconds_stays_until_somebody_writes_another() {
        let mut setup = Setup::new(1);
        setup.config.lock_lease = Span::millis(2_500);
        let mut form = SettingsForm::of(&setup);
        assert_eq!(form.setup().map(|setup| setup.config.lock_lease), Some(Span::millis(2_500)));
        form.write("lease", "4", false);
        assert_eq!(form.setup().map(|setup| setup.config.lock_lease), Some(Span::secs(4)));
    }

    #[test]
    fn a_rule_goes_off_and_on_again() {
        let mut form = SettingsForm::of(&Setup::new(1));
        form.write("rule-fencing", "on", false);
        form.write("rule-nonsense", "on", false);
        assert_eq!(form.setup.rules.off().collect::<Vec<_>>(), [Rule::Fencing]);
        form.write("rule-fencing", "on", true);
        assert_eq!(form.setup.rules, Rules::ALL_ON);
    }

    #[test]
    fn a_seed_that_is_no_number_is_no_recipe() {
        let mut form = SettingsForm::of(&Setup::new(1));
        for bad in ["", "-1", "1.5", "18446744073709551616", "abc"] {
            form.write("seed", bad, false);
            assert_eq!(form.setup(), None, "{bad:?}");
            assert!(form.bad_seed);
        }
        form.write("seed", " 18446744073709551615 ", false);
        assert_eq!(form.setup().map(|setup| setup.seed), Some(u64::MAX));
        assert!(!form.bad_seed);
    }

    #[test]
    fn fewer_clients_than_workers_are_all_workers() {
        let mut form = SettingsForm::of(&Setup::new(1));
        form.write("clients", "2", false);
        assert_eq!(form.setup().map(|setup| setup.config.workers), Some(2));
    }
}
