//! SWIM (Das, Gupta, Motivala 2002): members probe each other in random order and pass on what they learn with the probes, so that the load
//! of one member does not grow with the group. With Lifeguard (Dadgar, Phillips, Currey 2018), in three parts that can be switched
//! one by one: members that notice that they themselves are slow accuse others less.
//!
//! [`machine::Swim`] is a pure state machine: it is told what arrives and what time it is, and says what it wants sent. One period:
//!
//! 1. A ping to the next member of a random order, drawn anew after each round (section 4.3): at most 2n - 1 periods lie between two pings.
//! 2. No ack within the time-out: `k` others are asked to ping it (section 3.1).
//! 3. No ack by the end of the period: the member is *suspected* (section 4.2). The suspicion travels; the suspect, when it hears of
//!    it, refutes with a higher *incarnation*, which only it may raise; without that it is declared dead after a while.
//!
//! | module | is |
//! |---|---|
//! | [`words`] | messages, rumours, facts, figures, rules |
//! | [`patience`] | how long a suspicion lasts, how often a rumour is told: logarithms in integers |
//! | [`news`] | rumours that are still being told |
//! | [`machine`] | one member; `probe` asks, `rumour` believes |
//!
//! *Simplifications.* Everybody knows the whole group from the beginning; members do not join or leave. As in memberlist (HashiCorp), and not as in
//! the paper, a member declared dead may return with a higher incarnation. Rumours travel with probes only: no gossip between them, no
//! exchange of whole states; instead, one of the dead is pinged now and then, and told that it is held for dead. So memberlist's figure of 4 for the length of a suspicion leaves less time to refute here than there.
//!
//! Mutants that the tests kill, each applied by hand; those marked * are also rules that can be switched off:
//!
//! | mutant | killed by |
//! |---|---|
//! | refutations are not told * | `who_is_suspected_refutes_with_a_newer_word` |
//! | rumours are not passed on * | `a_rumour_reaches_all_in_lambda_log_n_periods` |
//! | incarnations do not count * | `an_old_rumour_does_not_clear_a_new_suspicion` |
//! | one suspector counts twice * | `one_suspector_counts_once` |
//! | no indirect probes * | `a_member_that_one_other_cannot_reach_is_not_suspected` |
//! | targets are drawn anew each period * | `in_turn_nobody_waits_longer_than_2n_minus_1_periods` |
//! | no suspicion before death * | `without_suspicion_a_lost_message_kills` |
//! | the order is not drawn anew | `the_order_of_a_round_is_another_in_the_next` |
//! | retransmissions without bound | `a_rumour_is_told_lambda_log_n_times` |
//! | the score does not stretch the period | `a_member_that_hears_nothing_asks_nine_times_as_slowly` |
//! | a nack counts as an ack | `a_nack_clears_only_the_one_who_asks` |
//! | refuting leaves the score alone | `who_is_suspected_refutes_with_a_newer_word` |
//! | `max` without confirmations is `min` | `suspicions_last_as_long_as_published` |
//! | the suspect is told last | `the_suspect_is_told_first` |
//! | nobody knocks at the dead | `two_halves_that_were_cut_off_find_each_other_again` |
//! | the dead are not told | `two_halves_that_were_cut_off_find_each_other_again` |

#[cfg(test)]
mod lab;
pub mod machine;
pub mod news;
pub mod patience;
mod probe;
mod rumour;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_group;
pub mod words;
