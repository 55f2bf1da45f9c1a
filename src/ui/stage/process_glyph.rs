//! One process on the ring's section: the one element of it that takes the focus.

use std::rc::Rc;

use ringside::cluster::observe::view::{Role, Standing};
use ringside::cluster::setup::name::{Kind, Name};
use ringside::proto::replica::view::ShardId;
use ringside::scene::control::Post;
use ringside::scene::geom::{Point, hexagon, num, place, translate};
use ringside::scene::glyph;
use ringside::scene::layout::{Layout, ProcessPlace as Place};
use ringside::scene::state::{Crown, Look, Part, role_word};
use ringside::sim::id::Pid;
use ringside::text::Lang;
use ringside::text::stage_words::{self, Stake};
use yew::prelude::*;

use super::shapes;

/// A layout. It follows from its plan, so the plan is what is compared.
#[derive(Clone, Debug)]
pub struct Map(pub Rc<Layout>);

impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        self.0.plan == other.0.plan
    }
}

/// All that is to be seen of a process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Face {
    /// Who.
    pub name: Name,
    /// Its state.
    pub look: Look,
    /// Nodes: its part in the ring.
    pub standing: Standing,
    /// Who suspects it.
    pub by: Option<Name>,
    /// Its role in the shard of the story.
    pub role: Option<Role>,
    /// Whether it wears a crown for that shard.
    pub crown: Option<Crown>,
    /// A learner's progress in per cent.
    pub progress: Option<u8>,
    /// How many times slower it is.
    pub slow: u16,
    /// Nodes: whether it answers every request with an error.
    pub fails: bool,
    /// Nodes: requests at it, waiting or in service.
    pub queued: u16,
    /// Whether most of its links are cut.
    pub isolated: bool,
    /// A client's part in the lock.
    pub part: Part,
    /// Coordinators: what it is, the latest term it knows, and to whom it gave its vote of that term.
    pub post: Option<(Post, u32, Option<Name>)>,
    /// 1 if it is selected, 2 if it is the second one, else 0.
    pub chosen: u8,
}

impl Face {
    fn stake(&self, story: ShardId) -> Stake {
        match (self.name.kind, self.role, self.post) {
            (Kind::Coordinator, _, Some((post, term, _))) if post != Post::Down => Stake::Post(post, term),
            (Kind::Client, _, _) => Stake::Client(self.part),
            (Kind::Node, Some(role), _) => Stake::Copy(role, story.0),
            (Kind::Node, None, _) | (Kind::Balancer | Kind::Coordinator, _, _) => Stake::None,
        }
    }

    fn role_word(&self) -> Option<&'static str> {
        match self.name.kind {
            Kind::Coordinator => self.post.and_then(|(post, _, _)| post.word()),
            Kind::Node => self.role.map(role_word),
            Kind::Client => self.part.word(),
            Kind::Balancer => None,
        }
    }
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Coordinator => "coordinator",
        Kind::Node => "node",
        Kind::Balancer => "balancer",
        Kind::Client => "client",
    }
}

/// What a seat is drawn from.
#[derive(Clone, PartialEq, Properties)]
pub struct ProcessGlyphProps {
    /// Where everything stands.
    pub map: Map,
    /// Which seat.
    pub seat: u16,
    /// What is to be seen.
    pub face: Face,
    /// Whether Tab stops here.
    pub stop: bool,
    /// The shard in the story.
    pub story: ShardId,
    /// The page's language.
    pub lang: Lang,
    /// It was chosen.
    pub on_select: Callback<Name>,
    /// The pointer or the focus came or went.
    pub on_hover: Callback<Option<Name>>,
}

/// One process.
#[component]
pub fn ProcessGlyph(props: &ProcessGlyphProps) -> Html {
    let ProcessGlyphProps { map, seat, face, stop, lang, on_select, on_hover, .. } = props;
    let Some(place) = map.0.seat(Pid(*seat)) else {
        return html! { <g /> };
    };
    let node = face.name.kind == Kind::Node;
    let health = if face.standing == Standing::Out { "out" } else { face.look.word() };
    let name = face.name;
    let onclick = on_select.reform(move |_: MouseEvent| name);
    let onkeydown = {
        let (on_select, selected) = (on_select.clone(), face.chosen > 0);
        move |event: KeyboardEvent| {
            // On what is selected already, Space plays as everywhere.
            if event.key() == "Enter" || (event.key() == " " && !selected) {
                event.prevent_default();
                event.stop_propagation();
                on_select.emit(name);
            }
        }
    };
    let onpointerenter = on_hover.reform(move |_: PointerEvent| Some(name));
    let onpointerleave = on_hover.reform(|_: PointerEvent| None);
    let onfocus = on_hover.reform(move |_: FocusEvent| Some(name));
    let onblur = on_hover.reform(|_: FocusEvent| None);
    html! {
        <g class="seat" role="button" tabindex={if *stop { "0" } else { "-1" }} aria-pressed={(face.chosen > 0).to_string()}
            transform={translate(place.at)}
            aria-label={label(props, name, node)}
            data-kind={kind_word(name.kind)} data-id={name.to_string()} data-n={shapes::letter(name)}
            data-health={health} data-standing={node.then(|| standing_word(face.standing))} data-role={face.role_word()}
            data-term={face.post.map(|(_, term, _)| term.to_string())}
            data-vote={face.post.and_then(|(_, _, vote)| vote).map(|vote| vote.to_string())}
            data-suspected-by={face.by.map(|by| by.to_string())}
            data-fails={face.fails.then_some("true")}
            data-queued={(face.queued > 0).then(|| face.queued.to_string())}
            data-chosen={(face.chosen > 0).then(|| face.chosen.to_string())}
            {onclick} {onkeydown} {onpointerenter} {onpointerleave} {onfocus} {onblur}>
            { drawn(&map.0, place, face, *lang) }
        </g>
    }
}

fn drawn(map: &Layout, place: &Place, face: &Face, lang: Lang) -> Html {
    match face.name.kind {
        Kind::Node => node(map, place.at, face, lang),
        Kind::Coordinator => coordinator(map, place.at, face, lang),
        Kind::Balancer => balancer(face, lang),
        Kind::Client => client(map, face),
    }
}

/// The ring that shows focus and choice: drawn always, seen when the stylesheet says so.
fn halo(at: Point, r: f64) -> Html {
    html! { <circle cx={num(at.x)} cy={num(at.y)} r={num(r)} class="halo-ring" /> }
}

/// The word of a standing in `data-standing`.
const fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::None => "none",
        Standing::Joining => "joining",
        Standing::Receiving => "receiving",
        Standing::Member => "member",
        Standing::Draining => "draining",
        Standing::Out => "out",
    }
}

/// A badge on a node that is no plain member: a plus for who joins, an arrow for who leaves, a bar for who is off the ring.
fn badge(at: Point, standing: Standing) -> Html {
    let sign = match standing {
        Standing::Member => return Html::default(),
        Standing::Joining | Standing::Receiving => "M-5,0H5M0,-5V5",
        Standing::Draining => "M-5,0H5M1,-4L5,0L1,4",
        Standing::Out | Standing::None => "M-5,0H5",
    };
    html! { <g class="badge" transform={translate(at)}><circle r="9.5" /><path d={sign} /></g> }
}

fn node(map: &Layout, seat: Point, face: &Face, lang: Lang) -> Html {
    let (at, r) = (Point::default(), map.node_r);
    let off = face.standing == Standing::None && face.look != Look::Down;
    let crown_at = at.shift(0.0, -r - if map.plan.thin { 6.0 } else { 11.0 });
    let k = if map.plan.thin { 0.9 } else { 1.35 };
    html! {
        <>
            { halo(at, r + 6.0) }
            <g class={off.then_some("off")}>{ shapes::disc(at, r, face.name, face.look) }</g>
            if let Some(percent) = face.progress.filter(|_| face.look != Look::Down) {
                { learner(at, r, percent) }
            }
            if face.queued > 0 && face.look != Look::Down { { queue(at, r, map.plan.thin, face) } }
            if face.fails && face.look != Look::Down { { shapes::fails(at.shift(-r * 0.78, -r * 0.78)) } }
            if face.look == Look::Frozen { { shapes::pause(at.shift(r * 0.78, -r * 0.78)) } }
            { badge(at.shift(-r * 0.8, r * 0.8), face.standing) }
            if face.isolated { { isolation(at, r + 12.0) } }
            if face.by.is_some() { { doubt(at, r, face.crown.is_some() || reaches_links(map, seat)) } }
            if face.slow > 1 {
                // At the picture's right edge a long figure goes under the node.
                if face.slow >= 100 && seat.x > map.centre.x {
                    { shapes::text(at.shift(r + 4.0, r + 13.0), "e s n", slow(lang, face.slow)) }
                } else {
                    { shapes::text(at.shift(r * 0.8, r + 9.0), "s n", slow(lang, face.slow)) }
                }
            }
            if let Some(crown) = face.crown {
                { shapes::crown(crown_at, k, match crown { Crown::Real => "real", Crown::Believed => "believed" }) }
            }
        </>
    }
}

/// The most requests that are drawn one by one.
const QUEUE_SHOWN: u16 = 5;

/// Requests at a node, below its letter: a stroke each. Many are a number, see [`queue_length`], or one bar where there is no room for it.
fn queue(at: Point, r: f64, thin: bool, face: &Face) -> Html {
    if face.queued > QUEUE_SHOWN {
        let bar = format!("M{},{}h25", num(at.x - 12.5), num(at.y + r * 0.46 + 3.0));
        return if thin {
            html! { <path d={bar} class="queue many" /> }
        } else {
            Html::default()
        };
    }
    let left = 2.5 * f64::from(face.queued - 1);
    let d: String = (0..face.queued).map(|i| format!("M{},{}v6", num(at.x - left + 5.0 * f64::from(i)), num(at.y + r * 0.46))).collect();
    html! { <path {d} class="queue" /> }
}

/// The number of requests at a node, if they are too many for strokes: beside the node and not in it, whose name says it in words.
pub fn queue_length(map: &Layout, seat: Pid, name: Name, queued: u16) -> Html {
    let Some(place) = map.seat(seat).filter(|_| queued > QUEUE_SHOWN && !map.plan.thin) else { return Html::default() };
    html! { <g key={seat.0} data-n={shapes::letter(name)}>{ shapes::text(place.at.shift(0.0, map.node_r * 0.82), "m b on", queued.to_string()) }</g> }
}

/// A learner's per cent, in a collar around its disc that fills clockwise. The number stands in the table.
fn learner(at: Point, r: f64, percent: u8) -> Html {
    let length = std::f64::consts::TAU * (r + 4.0);
    let filled = length * f64::from(percent) / 100.0;
    let turn = format!("rotate(-90 {} {})", num(at.x), num(at.y));
    html! {
        <>
            <circle cx={num(at.x)} cy={num(at.y)} r={num(r + 4.0)} class="collar" transform={turn}
                stroke-dasharray={format!("{} {}", num(filled), num(length))} />
        </>
    }
}

/// Whether a mark above a node would lie on the links along the band.
fn reaches_links(map: &Layout, at: Point) -> bool {
    at.shift(0.0, -map.node_r - 24.0).distance(map.centre) > map.link - 2.0
}

/// Brackets and a question mark: somebody takes it for dead. The mark stands above, or beside when there is no room.
fn doubt(at: Point, r: f64, beside: bool) -> Html {
    let (w, h) = (r + 7.0, r + 4.0);
    let (left, right, top, foot) = (num(at.x - w), num(at.x + w), num(at.y - h), num(at.y + h));
    let (in_left, in_right) = (num(at.x - w + 6.0), num(at.x + w - 6.0));
    let d = format!("M{in_left},{top}H{left}V{foot}H{in_left}M{in_right},{top}H{right}V{foot}H{in_right}");
    let mark = if beside { at.shift(w + 9.0, -h + 8.0) } else { at.shift(0.0, -h - 5.0) };
    html! { <g class="doubt"><path {d} />{ shapes::text(mark, "m b big n", "?") }</g> }
}

/// A dashed ring with two gaps: its links are cut.
fn isolation(at: Point, r: f64) -> Html {
    let d = format!(
        "M{},{}l8,-10m-4,13l8,-10M{},{}l8,-10m-4,13l8,-10",
        num(at.x - r - 6.0),
        num(at.y + 3.0),
        num(at.x + r - 6.0),
        num(at.y + 3.0),
    );
    html! {
        <g class="cut">
            <circle cx={num(at.x)} cy={num(at.y)} r={num(r)} class="cut-line" />
            <path d={d.clone()} class="behind" /><path {d} class="ticks" />
        </g>
    }
}

/// A hexagon: filled for a leader that is sure of it, a heavy outline for one that is not. Its badge says the office
/// and looks away from the others.
fn coordinator(map: &Layout, seat: Point, face: &Face, lang: Lang) -> Html {
    let (at, r) = (Point::default(), map.hex_r);
    let post = face.post.map_or(Post::Down, |(post, _, _)| post);
    let class = match post {
        Post::Down => "hex down",
        Post::Leader => "hex leader",
        Post::Unsure => "hex unsure",
        Post::Newcomer => "hex new",
        Post::Candidate | Post::Asking | Post::Follower => "hex",
    };
    let words = if post == Post::Leader { "m b onink" } else { "m b" };
    let alone = map.plan.roster.coordinators == 1;
    let first = if map.plan.thin || alone { 5.8 } else { -2.0 };
    let out = if alone { Point::new(0.0, -r) } else { map.centre.step_toward(seat, r + 1.0).shift(-map.centre.x, -map.centre.y) };
    html! {
        <>
            { halo(at, r + 5.0) }
            <polygon points={hexagon(at, r - 1.5)} {class} />
            { shapes::text(at.shift(0.0, first), words, face.name.to_string()) }
            if face.isolated { { isolation(at, r + 4.0) } }
            { office(out, post) }
            if face.look == Look::Frozen { { shapes::pause(at.shift(r * 0.85, -r * 0.7)) } }
            if face.slow > 1 { { shapes::text(at.shift(r, r - 1.0), "s n", slow(lang, face.slow)) } }
        </>
    }
}

/// The badge of an office: a star leads, an arrow up stands for election, in a dashed ring it only asks, a plus is not counted yet.
pub fn office(at: Point, post: Post) -> Html {
    let sign = match post {
        Post::Follower | Post::Down => return Html::default(),
        Post::Leader | Post::Unsure => return html! { <path d={glyph::STAR} transform={place(at, 1.0)} class="star" /> },
        Post::Candidate | Post::Asking => "M0,5V-5M-4,-1L0,-5L4,-1",
        Post::Newcomer => "M-5,0H5M0,-5V5",
    };
    let class = if post == Post::Asking { "badge asks" } else { "badge" };
    html! { <g {class} transform={translate(at)}><circle r="9.5" /><path d={sign} /></g> }
}

fn balancer(face: &Face, lang: Lang) -> Html {
    let at = Point::default();
    let class = if face.look == Look::Down { "pill down" } else { "pill" };
    html! {
        <>
            <rect x={num(at.x - 26.0)} y={num(at.y - 19.0)} width="52" height="38" rx="19" class="halo-ring" />
            <rect x={num(at.x - 21.0)} y={num(at.y - 14.0)} width="42" height="28" rx="14" {class} />
            { shapes::text(at.shift(0.0, 5.8), "m b", face.name.to_string()) }
            if face.look == Look::Frozen { { shapes::pause(at.shift(22.0, -14.0)) } }
            if face.by.is_some() { { shapes::text(at.shift(30.0, 6.0), "b big n", "?") } }
            if face.isolated { { isolation(at, 31.0) } }
            if face.slow > 1 { { shapes::text(at.shift(0.0, 32.0), "m s n", slow(lang, face.slow)) } }
        </>
    }
}

fn client(map: &Layout, face: &Face) -> Html {
    let at = Point::default();
    let thin = map.plan.thin;
    let (label, class) = if thin { (at.shift(0.0, 33.0), "m") } else { (at.shift(16.0, 7.0), "") };
    let name = if map.is_crowded() { (face.name.n + 1).to_string() } else { face.name.to_string() };
    let (x, y, w, h) = if thin { (at.x - 14.0, at.y - 16.0, 28.0, 54.0) } else { (at.x - 14.0, at.y - 17.0, 52.0, 33.0) };
    html! {
        <>
            <rect x={num(x)} y={num(y)} width={num(w)} height={num(h)} rx="5" class="halo-ring" />
            { shapes::person(at, 0.8, face.part, face.look) }
            { shapes::text(label, class, name) }
            if face.isolated {
                { shapes::line(at.shift(-13.0, 17.0), at.shift(13.0, 17.0), "cut-line") }
            }
        </>
    }
}

/// How slow somebody is, as it is drawn beside its name. The space stands between the two for who listens.
fn slow(lang: Lang, times: u16) -> String {
    format!(" {}", stage_words::slow(lang, times))
}

/// What it is called for who listens. What is drawn in it stands there as it is drawn: its name, and how slow it is.
fn label(props: &ProcessGlyphProps, name: Name, node: bool) -> String {
    let (lang, face) = (props.lang, &props.face);
    let label = stage_words::process(lang, name, face.look, node.then_some(face.standing), face.stake(props.story));
    let (plain, drawn) = (name.to_string(), format!("{name}{}", slow(lang, face.slow)));
    let label = if face.slow > 1 { label.replacen(&plain, &drawn, 1) } else { label };
    label + &stage_words::more(lang, face.queued)
}
