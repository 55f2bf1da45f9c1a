//! Writes the stage as pages to look at, when `RINGSIDE_LOOK` names a folder that holds `tokens.css`.

use std::fmt::Write;
use std::rc::Rc;

use ringside::cluster::Cluster;
use ringside::cluster::observe::view::{ClusterView, Flight, Health, Role};
use ringside::cluster::setup::Setup;
use ringside::cluster::wire::shape::Shape;
use ringside::proto::replica::view::{Index, ShardId};
use ringside::scene::copies::Cut;
use ringside::scene::geom::{Point, num, pair};
use ringside::scene::glyph;
use ringside::scene::layout::Layout;
use ringside::scene::motion::{self, Lanes, Sight};
use ringside::sim::fault::Fault;
use ringside::sim::time::Time;
use ringside::text::Lang;

use super::tests::{drawn, fixture, model, ring};
use super::{StageModel, copies, lock_picture};

/// The messages as `paint` paints them, as SVG, since there is no canvas here.
fn messages(model: &StageModel, flights: &[Flight]) -> String {
    let mut lanes = Lanes::new(Layout::new(model.plan()));
    let mut out = format!("<svg class='stage-svg over' viewBox='0 0 {} {}'>", model.size.0, model.size.1);
    for flight in flights.iter().filter(|flight| flight.shape != Shape::Heartbeat) {
        let name = lanes.layout().plan.roster.name(flight.from);
        let Some(lane) = lanes.get(flight.from, flight.to) else {
            continue;
        };
        let way: Vec<_> = lane.points().iter().map(|&p| pair(p)).collect();
        let ink = if "ABCDEFGH".contains(&name.to_string()) {
            format!("var(--{}-ink)", name.to_string().to_lowercase())
        } else {
            "var(--ink)".into()
        };
        let _ = write!(out, "<path d='M{}' fill='none' stroke='var(--hair)' stroke-width='1.5'/>", way.join("L"));
        let filled = flight.shape == Shape::Request;
        match motion::sight(flight, model.view.now) {
            Sight::Flying(part) => {
                let mut trail = Vec::new();
                lane.stretch((part - motion::TRAIL).max(0.0), part, |p: Point| trail.push(pair(p)));
                let (at, angle) = lane.at(part);
                let _ = write!(
                    out,
                    "<path d='M{}' fill='none' stroke-linecap='round' style='stroke:{ink}' stroke-width='2.5' {}/>",
                    trail.join("L"),
                    if filled { "" } else { "stroke-dasharray='1 5'" }
                );
                let _ = write!(
                    out,
                    "<g transform='translate({}) rotate({})'><path d='{}' style='stroke:{ink};fill:{}' stroke-width='1.75'/>",
                    pair(at),
                    num(angle.to_degrees()),
                    glyph::DART_PATH,
                    if filled { &ink } else { "var(--paper)" }
                );
                if flight.shape == Shape::Refusal {
                    let _ = write!(out, "<path d='M12,-8V8' style='stroke:{ink}' stroke-width='3'/>");
                }
                out.push_str("</g>");
            }
            Sight::Lost => {
                let at = lane.at(motion::DEATH).0;
                let _ = write!(
                    out,
                    "<path d='M{},{}l12,12m0,-12l-12,12' style='stroke:{ink}' stroke-width='2.75'/>",
                    num(at.x - 6.0),
                    num(at.y - 6.0)
                );
            }
            Sight::Nothing => {}
        }
    }
    out + "</svg>"
}

fn page(folder: &std::path::Path, name: &str, theme: &str, base: StageModel, flights: &[Flight]) {
    let css = include_str!("../../../static/css/stage.css");
    let tokens = std::fs::read_to_string(folder.join("tokens.css")).unwrap_or_default();
    let sized = |size| StageModel { size, ..base.clone() };
    let sizes = if name == "large" {
        [(704, 640), (384, 640), (320, 420)]
    } else if base.thin {
        [(328, 448), (328, 464), (328, 320)]
    } else {
        [(560, 478), (352, 478), (264, 312)]
    };
    let page = format!(
        "<!doctype html><html data-theme={theme}><meta charset=utf-8><style>{tokens}{css}</style><body class={}><section class=r>{}{}</section><section class=c>{}</section><section class=l>{}</section>",
        if base.thin {
            "thin"
        } else if name == "large" {
            "large"
        } else {
            "wide"
        },
        ring(sized(sizes[0])),
        messages(&sized(sizes[0]), flights),
        drawn(copies, sized(sizes[1])),
        drawn(lock_picture, sized(sizes[2])),
    );
    std::fs::write(folder.join(format!("{name}.html")), page).expect("written");
}

/// Every state that the picture of the instant does not have.
fn states() -> ClusterView {
    let mut view = fixture::view();
    let pid = fixture::pid;
    let (a, b, c, d, e, f) = (pid("A"), pid("B"), pid("C"), pid("D"), pid("E"), pid("F"));
    view.processes[c.index()].health = Health::Frozen;
    view.shards[7].replicas[1].believes = Some(Role::Primary);
    view.processes[a.index()].suspected = Some((pid("K1"), Time::ZERO));
    view.processes[d.index()].slow = 10;
    (view.processes[b.index()].cut_to, view.processes[f.index()].cut_to) = (vec![f], vec![b]);
    view.processes[e.index()].cut_to = view.processes.iter().map(|p| p.pid).filter(|&p| p != e).collect();
    view.processes[pid("c4").index()].health = Health::Frozen;
    view.processes[pid("c5").index()].health = Health::Down;
    view.processes[pid("L2").index()].health = Health::Down;
    view.processes[pid("K2").index()].health = Health::Down;
    view.shards[7].view.learners = vec![e];
    let mut learner = view.shards[7].replicas[0].clone();
    (learner.node, learner.role, learner.believes, learner.last) = (e, Some(Role::Learner), Some(Role::Learner), Index(70));
    learner.tail.clear();
    view.shards[7].replicas.push(learner);
    view.locks[0].holder = None;
    let first = view.locks[0].queue[..2].to_vec();
    view.locks[0].queue.extend(first);
    view
}

/// Two leaders among the coordinators; C back with entries that D's view does not have, and B's log begins with a snapshot.
fn split() -> ClusterView {
    let mut view = fixture::election();
    let c = fixture::pid("C");
    view.processes[c.index()].health = Health::Up;
    let seven = &mut view.shards[7];
    (seven.replicas[0].base, seven.replicas[1].believes) = (Index(120), Some(Role::Primary));
    seven.replicas[0].tail.retain(|(index, _)| index.0 > 121);
    seven.replicas[2].tail.iter_mut().filter(|(index, _)| index.0 > 122).for_each(|entry| entry.1.0 = 4);
    view
}

#[test]
fn the_stage_can_be_looked_at() {
    let Some(folder) = std::env::var_os("RINGSIDE_LOOK") else {
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    let (flights, base) = (fixture::flights(), model((0, 0)));
    page(&folder, "light", "light", base.clone(), &flights);
    page(&folder, "large", "light", base.clone(), &flights);
    page(&folder, "dark", "dark", base.clone(), &flights);
    page(&folder, "zh", "light", StageModel { lang: Lang::Zh, ..base.clone() }, &flights);
    page(&folder, "thin", "light", StageModel { thin: true, ..base.clone() }, &flights);
    page(&folder, "states", "light", StageModel { view: Rc::new(states()), refused: None, ..base.clone() }, &[]);
    let split = StageModel { view: Rc::new(split()), ..base.clone() };
    let asked = |name: &str| StageModel { selected: name.parse().ok(), ..split.clone() };
    let b = fixture::pid("B");
    let cut = StageModel { cuts: vec![Cut { node: b, from: Index(123), dropped: 2 }], ..split.clone() };
    page(&folder, "split", "light", cut, &[]);
    page(&folder, "control", "light", asked("K2"), &[]);
    page(&folder, "control-dark", "dark", asked("K1"), &[]);
    page(&folder, "control-zh", "light", StageModel { lang: Lang::Zh, ..asked("K3") }, &[]);
    page(&folder, "control-thin", "light", StageModel { thin: true, ..asked("K2") }, &[]);
    let mut cluster = Cluster::new(Rc::new(Setup::new(4_127)));
    let mut facts = Vec::new();
    let mut run_to = |cluster: &mut Cluster, ms| {
        while cluster.now() < Time::from_millis(ms) && cluster.step(&mut facts) {}
    };
    for (name, until) in [("real-quiet", 5_000), ("real-killed", 6_100), ("real-healed", 7_200)] {
        run_to(&mut cluster, until);
        let mut flights = Vec::new();
        cluster.flights(&mut flights);
        let view = cluster.view();
        let story = ShardId(7);
        let primary = view.shards[7].view.primary;
        page(&folder, name, "light", StageModel { view: Rc::new(view), story, refused: None, selected: None, ..base.clone() }, &flights);
        if until == 5_000
            && let Some(primary) = primary
        {
            cluster.inject(Fault::Kill(primary), &mut Vec::new());
        }
    }
}
