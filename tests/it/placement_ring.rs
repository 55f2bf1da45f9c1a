//! The ring: whose arc a point is in, what a bound spills, what a change moves. Each mutant below was applied by hand, and the
//! named test failed.
//!
//! | mutant | killed by |
//! |---|---|
//! | lookup: after the point instead of at or after it | the_owner_is_the_first_token_at_or_after_a_point_wrapping, vectors_placement::the_ring_has_the_positions_of_envoy |
//! | lookup: the same in a crowded slot | the_owner_is_the_first_token_at_or_after_a_point_wrapping |
//! | lookup of the stage's ring: the same; or no wrap | the_big_ring_answers_as_the_ring_of_the_stage_does, and a unit test of `proto::ring` |
//! | lookup: no wrap | the_owner_is_the_first_token_at_or_after_a_point_wrapping and five more |
//! | ties in the wrong order | a_member_that_comes_or_leaves_makes_the_ring_it_would_have_made_at_once and many more |
//! | two replicas on one member; replicas that do not wrap | replicas_stand_on_different_members |
//! | labels without a separator, on either ring | a_name_and_the_number_of_its_token_do_not_run_together, the_big_ring_answers_as_the_ring_of_the_stage_does |
//! | a label one digit short | the_big_ring_answers_as_the_ring_of_the_stage_does, and a unit test of `hash` |
//! | who comes or leaves is not counted in the index | a_member_that_comes_or_leaves_makes_the_ring_it_would_have_made_at_once |
//! | a ring that grew keeps its few slots | a_ring_that_grows_and_shrinks_keeps_about_one_slot_a_token |
//! | who came later gets a shared point | of_members_that_share_a_point_the_lower_has_it_whoever_came_first |
//! | a member without a token is counted, or one with more twice | a_member_counts_once_and_only_with_a_token |
//! | an arc begins at its token | arcs_are_what_a_walk_around_the_circle_finds |
//! | bounded load without spill; bound off by one; spill not counted | nobody_holds_more_than_the_bound_and_what_is_too_much_goes_to_the_next |
//! | bound rounded down | the_bound_is_a_quarter_above_the_average_rounded_up |
//! | spill passes a member that has room | the same test does not end |
//! | plan: minimum off by one, or what it moves itself; a change of order moves | a_plan_moves_the_copies_that_differ_and_knows_the_least |

use ringside::proto::ring::bounded::Bounded;
use ringside::proto::ring::circle::Circle;
use ringside::proto::ring::hash::Hash;
use ringside::proto::ring::plan::{Move, plan};
use ringside::proto::ring::{Ring, anchor, point};

/// A ring of `members` members with `count` tokens each.
fn circle(members: u32, count: u32, hash: Hash) -> Circle {
    let names: Vec<String> = (0..members).map(|i| format!("node{i}")).collect();
    Circle::new((0..).zip(&names).map(|(i, name)| (i, name.as_bytes(), count)), hash)
}

/// Who owns a point, by looking at every token.
fn owner_by_looking(circle: &Circle, at: u64) -> Option<u32> {
    let clockwise = |&&(token, member): &&(u64, u32)| (token.wrapping_sub(at), member);
    circle.tokens().iter().min_by_key(clockwise).map(|&(_, member)| member)
}

#[test]
fn the_owner_is_the_first_token_at_or_after_a_point_wrapping() {
    for hash in Hash::ALL {
        for (members, count) in [(1, 1), (2, 1), (3, 5), (10, 100), (40, 13)] {
            let circle = circle(members, count, hash);
            let tokens: Vec<u64> = circle.tokens().iter().map(|&(at, _)| at).collect();
            assert!(tokens.is_sorted() && tokens.len() == (members * count) as usize);
            let near = tokens.iter().flat_map(|&at| [at.wrapping_sub(1), at, at.wrapping_add(1)]);
            for at in near.chain([0, 1, u64::MAX, 1 << 63, (1 << 63) - 1]) {
                assert_eq!(circle.owner(at), owner_by_looking(&circle, at), "{hash:?}, {members} x {count}, at {at}");
            }
        }
    }
    assert_eq!(circle(0, 1, Hash::Xxh3).owner(7), None);
    assert_eq!(circle(0, 1, Hash::Xxh3).owners(7, 3), Vec::<u32>::new());
}

#[test]
fn the_big_ring_answers_as_the_ring_of_the_stage_does() {
    let names = ["A", "B", "C", "D", "E", "F"];
    let small = Ring::new(names, 16);
    let big = Circle::new((0..).zip(names).map(|(i, name)| (i, name.as_bytes(), 16)), Hash::Xxh3);
    assert_eq!(small.tokens(), big.tokens());
    for i in 0..2_000 {
        let at = point(&format!("key{i}"));
        assert_eq!(Some(small.owner(at)), big.owner(at));
        for n in 0..8 {
            assert_eq!(small.owners(at, n), big.owners(at, n));
        }
    }
}

#[test]
fn replicas_stand_on_different_members() {
    let circle = circle(7, 20, Hash::Xxh3);
    for shard in 0..512 {
        let at = anchor(shard, 512);
        for n in 1..=9u8 {
            let owners = circle.owners(at, n);
            let mut distinct = owners.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), usize::from(n).min(7), "as many as there are, each once");
            assert_eq!(owners.len(), distinct.len());
            assert_eq!(Some(owners[0]), circle.owner(at), "the first is the owner");
        }
        // The second is the owner of the point once the first is gone.
        let mut without = circle.clone();
        without.remove(circle.owners(at, 1)[0]);
        assert_eq!(without.owner(at), Some(circle.owners(at, 2)[1]));
    }
}

#[test]
fn a_name_and_the_number_of_its_token_do_not_run_together() {
    for hash in Hash::ALL {
        let long: Vec<u64> = hash.tokens(b"node1", 10).collect();
        assert!(hash.tokens(b"node", 120).all(|at| !long.contains(&at)), "{hash:?}: `node1` + `1` is `node` + `11`");
    }
}

#[test]
fn a_member_that_comes_or_leaves_makes_the_ring_it_would_have_made_at_once() {
    for (members, count) in [(1, 1), (3, 1), (4, 4), (10, 100), (12, 85), (30, 17)] {
        for hash in Hash::ALL {
            let whole = circle(members + 1, count, hash);
            let mut grown = circle(members, count, hash);
            grown.insert(members, format!("node{members}").as_bytes(), count, hash);
            let mut shrunk = grown.clone();
            assert_eq!((whole.members(), grown.members()), (members + 1, members + 1));
            shrunk.remove(members);
            shrunk.remove(members);
            for (ring, fresh) in [(&grown, &whole), (&shrunk, &circle(members, count, hash))] {
                assert_eq!(ring.tokens(), fresh.tokens());
                assert_eq!(ring.members(), fresh.members());
                assert_eq!(Circle::of(fresh.tokens().to_vec()).members(), fresh.members());
                for i in 0..500u64 {
                    let at = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    assert_eq!(ring.owner(at), fresh.owner(at));
                }
            }
        }
    }
}

#[test]
fn of_members_that_share_a_point_the_lower_has_it_whoever_came_first() {
    // Java's hash of both names is the same, so all tokens of the two stand in pairs.
    let names: [(u32, &[u8], u32); 2] = [(0, b"Aa", 9), (1, b"BB", 9)];
    let fresh = Circle::new(names, Hash::Weak);
    assert!(fresh.tokens().chunks(2).all(|pair| pair[0].0 == pair[1].0 && (pair[0].1, pair[1].1) == (0, 1)));
    for (first, second) in [(0, 1), (1, 0)] {
        let mut ring = Circle::new([names[first]], Hash::Weak);
        let (member, name, count) = names[second];
        ring.insert(member, name, count, Hash::Weak);
        assert_eq!(ring.tokens(), fresh.tokens());
    }
}

#[test]
fn a_member_counts_once_and_only_with_a_token() {
    let mut ring = Circle::new([(0, &b"a"[..], 3), (1, b"b", 0)], Hash::Xxh3);
    assert_eq!(ring.members(), 1);
    ring.insert(0, b"more of a", 3, Hash::Xxh3);
    ring.insert(2, b"c", 0, Hash::Xxh3);
    assert_eq!((ring.members(), ring.tokens().len()), (1, 6));
    ring.insert(1, b"b", 3, Hash::Xxh3);
    assert_eq!((ring.members(), ring.owners(7, 3).len()), (2, 2));
    ring.remove(0);
    assert_eq!((ring.members(), ring.tokens().len()), (1, 3));
}

#[test]
fn a_ring_that_grows_and_shrinks_keeps_about_one_slot_a_token() {
    let mut ring = circle(1, 8, Hash::Xxh3);
    let fair = |ring: &Circle| {
        let tokens = ring.tokens().len();
        let slots = (ring.memory() - size_of_val(ring.tokens())) / size_of::<u32>();
        (tokens / 2..=8 * tokens).contains(&slots)
    };
    for member in 1..100 {
        ring.insert(member, format!("node{member}").as_bytes(), 8, Hash::Xxh3);
        assert!(fair(&ring), "{member} came");
    }
    for member in (1..100).rev() {
        ring.remove(member);
        assert!(fair(&ring), "{member} left");
    }
    assert_eq!(ring.tokens(), circle(1, 8, Hash::Xxh3).tokens());
}

#[test]
fn arcs_are_what_a_walk_around_the_circle_finds() {
    let circle = circle(5, 8, Hash::Xxh3);
    let arcs = circle.arcs(6);
    assert_eq!((arcs.iter().sum::<u128>(), arcs[5]), (1 << 64, 0));
    let steps = 1u64 << 16;
    let mut found = [0u64; 5];
    for i in 0..steps {
        found[circle.owner(i << 48).expect("it has members") as usize] += 1;
    }
    for (arc, found) in arcs.iter().zip(found) {
        // Each of its 8 arcs is met within one step.
        assert!((arc >> 48).abs_diff(u128::from(found)) <= 9);
    }
    assert_eq!(Circle::of(vec![(5, 0)]).arcs(1), [1 << 64]);
    assert_eq!(Circle::of(vec![(5, 1), (5, 0)]).arcs(2), [1 << 64, 0]);
}

#[test]
fn a_lookup_compares_the_tokens_of_one_slot() {
    let few = Circle::of(vec![(0, 0), (1, 0), (2, 1), (1 << 63, 2)]);
    let steps: Vec<u32> = [0, 1, 2, 3, 1 << 62, 1 << 63, u64::MAX].into_iter().map(|at| few.steps(at)).collect();
    assert_eq!(steps, [1, 2, 3, 3, 1, 1, 1]);
    // Up to 16 are walked through, more are halved.
    for (tokens, last) in [(16, 16), (17, 5), (31, 5), (32, 6)] {
        assert_eq!(Circle::of((0..tokens).map(|at| (at, 0)).collect()).steps(tokens), last, "{tokens} tokens");
    }
}

/// Places keys one by one as the paper says, by walking.
fn place_by_walking(circle: &Circle, caps: &[u32], held: &mut [u32], at: u64) -> u32 {
    let tokens = circle.tokens();
    let first = tokens.partition_point(|&(token, _)| token < at);
    let walk = tokens[first..].iter().chain(&tokens[..first]);
    let (_, member) = walk.copied().find(|&(_, member)| held[member as usize] < caps[member as usize]).expect("there is room");
    held[member as usize] += 1;
    member
}

#[test]
fn nobody_holds_more_than_the_bound_and_what_is_too_much_goes_to_the_next() {
    for (members, count, weights) in [(10u32, 1, vec![1; 10]), (10, 20, vec![1; 10]), (4, 6, vec![1, 2, 3, 10])] {
        let names: Vec<String> = (0..members).map(|i| format!("node{i}")).collect();
        let ring = (0..).zip(&names).map(|(i, name)| (i, name.as_bytes(), count * u32::from(weights[i as usize])));
        let circle = Circle::new(ring, Hash::Xxh3);
        let mut loads = Bounded::new(&circle, &weights, 5_000);
        let (mut held, mut passed) = (vec![0; weights.len()], 0);
        for i in 0..5_000 {
            let at = point(&format!("key{i}"));
            let member = loads.place(&circle, at);
            assert_eq!(member, Some(place_by_walking(&circle, loads.caps(), &mut held, at)), "key{i}");
            passed += u32::from(member != circle.owner(at));
        }
        assert!(loads.counts().iter().zip(loads.caps()).all(|(count, cap)| count <= cap));
        assert_eq!(loads.counts(), held);
        assert_eq!(loads.spilled(), passed);
        assert!(count > 1 || passed > 0, "with one token each somebody is full");
    }
}

#[test]
fn the_bound_is_a_quarter_above_the_average_rounded_up() {
    let circle = circle(3, 10, Hash::Xxh3);
    assert_eq!(Bounded::new(&circle, &[1, 1, 1], 10).caps(), [5, 5, 5]);
    assert_eq!(Bounded::new(&circle, &[1, 1, 1], 12).caps(), [5, 5, 5]);
    assert_eq!(Bounded::new(&circle, &[1, 1, 1], 13).caps(), [6, 6, 6]);
    assert_eq!(Bounded::new(&circle, &[1, 3, 0], 10).caps(), [4, 10, 0]);
    let mut loads = Bounded::new(&circle, &[1, 1, 1], 10);
    let placed = (0..20).filter(|&i| loads.place(&circle, i << 59).is_some()).count();
    assert_eq!((placed, loads.counts()), (15, &[5, 5, 5][..]), "more keys than announced are refused once all are full");
}

#[test]
fn a_plan_moves_the_copies_that_differ_and_knows_the_least() {
    let old = [vec![0, 1], vec![1, 2], vec![2, 0]];
    assert_eq!((plan(&old, &old).moves, plan(&old, &old).minimum), (vec![], 0));
    // Another order is another primary, not another copy.
    assert_eq!(plan(&[[0, 1]], &[[1, 0]]).moves, []);
    // 3 takes the place of 1.
    let new = [vec![0, 3], vec![3, 2], vec![2, 0]];
    let change = plan(&old, &new);
    let moves = [Move { shard: 0, from: Some(1), to: Some(3) }, Move { shard: 1, from: Some(1), to: Some(3) }];
    assert_eq!((change.moves.as_slice(), change.copies(), change.minimum), (&moves[..], 2, 2));
    // A swap changes no load: the least is nothing, the plan moves two.
    let swap = plan(&[[0], [1]], &[[1], [0]]);
    assert_eq!((swap.copies(), swap.minimum), (2, 0));
    // One copy more, one copy less, a new shard.
    let more = plan(&[vec![0], vec![0, 1]], &[vec![0, 2], vec![1], vec![1]]);
    let moves = [
        Move { shard: 0, from: None, to: Some(2) },
        Move { shard: 1, from: Some(0), to: None },
        Move { shard: 2, from: None, to: Some(1) },
    ];
    assert_eq!((more.moves.as_slice(), more.copies(), more.minimum), (&moves[..], 2, 2));
}

#[test]
fn a_dead_node_costs_the_ring_its_own_copies_and_no_more() {
    let placement = |circle: &Circle| -> Vec<Vec<u32>> { (0..256).map(|shard| circle.owners(anchor(shard, 256), 3)).collect() };
    let mut circle = circle(8, 16, Hash::Xxh3);
    let before = placement(&circle);
    circle.remove(5);
    let lost = before.iter().filter(|owners| owners.contains(&5)).count() as u32;
    let change = plan(&before, &placement(&circle));
    assert_eq!((change.copies(), change.minimum), (lost, lost));
    assert!(change.moves.iter().all(|it| it.from == Some(5)));
}
