//! Every fact has a sentence in both languages.

use std::collections::BTreeMap;

use ringside::cluster::note::{LockNote, Note};
use ringside::cluster::setup::detection::Detection;
use ringside::session::Session;
use ringside::session::chaos::Chaos;
use ringside::session::export;
use ringside::sim::journal::What;
use ringside::sim::time::Span as Passed;
use ringside::text::Lang;
use ringside::text::sentence::{Span, action, latest, plain, sentence};

#[test]
fn every_fact_of_many_runs_reads_as_a_sentence_in_both_languages() {
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    let mut passed = 0;
    for seed in 0..12 {
        let (mut setup, mut chaos) = Chaos::new(seed, &[]);
        // In some, members probe each other, learn, give up, and ask in an open loop.
        setup.config.detector = Detection::ALL[seed as usize % Detection::ALL.len()];
        if seed == 11 {
            (setup.config.asking.retries, setup.config.asking.rate) = (1, 20);
            // And much can be done by any node, is asked for twice, and is too much.
            (setup.config.asking.any, setup.config.asking.deadlines) = (50, true);
            (setup.config.hedge, setup.config.service, setup.config.queue) = (Passed::millis(60), Passed::millis(120), 2);
        }
        let roster = setup.roster;
        let mut session = Session::sparse(setup);
        for _ in 0..60 {
            session.advance(chaos.rest().min(Passed::millis(1_500)), u32::MAX);
            chaos.act(&mut session);
        }
        for (i, fact) in session.facts().iter().enumerate() {
            *kinds.entry(export::kind(&fact.what)).or_default() += 1;
            let english = plain(&sentence(fact, &roster, Lang::En), &roster);
            let chinese = plain(&sentence(fact, &roster, Lang::Zh), &roster);
            assert!(english.ends_with('.') && !english.contains("  ") && !english.contains(['{', '}']), "{english}");
            assert!(chinese.ends_with('。') && !chinese.contains("  ") && !chinese.contains(['{', '}']), "{chinese}");
            assert!(english.is_ascii(), "{english}");
            // With what led to it: another sentence only for a lock that passes from one to the next, and then it names both.
            let told = latest(&session.facts()[..=i], &roster, Lang::En);
            if plain(&told, &roster) != english {
                let who = told.iter().filter(|span| matches!(span, Span::Who(_))).count();
                assert!(matches!(fact.what, What::Note(Note::Lock(LockNote::Granted { .. }))) && who == 2, "{told:?}");
                passed += 1;
            }
            let json = export::json(fact, &roster);
            assert!(json.starts_with("{\"seq\":") && json.ends_with('}') && !json.contains('\n'), "{json}");
        }
        for &(_, done) in session.actions() {
            assert!(plain(&action(done, &roster, Lang::En), &roster).ends_with('.'));
            assert!(plain(&action(done, &roster, Lang::Zh), &roster).ends_with('。'));
        }
    }
    assert!(passed > 100, "locks pass from one to the next: {passed}");
    assert!(kinds.len() >= 30, "nearly every kind of fact occurs: {kinds:?}");
}
