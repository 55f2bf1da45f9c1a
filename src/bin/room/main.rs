//! The rooms: a second module of the page, fetched when one of them is opened. There is the placement room, for which the same
//! module is also its own worker (where there is no window, it counts), and the textbook's lock (`textbook`).

mod placement;
mod textbook;

#[cfg(target_arch = "wasm32")]
mod head;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(target_arch = "wasm32")]
use ringside::room::Room;
#[cfg(target_arch = "wasm32")]
use ringside::room::placement::PlacementRoom;
#[cfg(target_arch = "wasm32")]
use ringside::room::textbook::Lesson;

#[cfg(target_arch = "wasm32")]
fn main() {
    if web::crew::serve() {
        return;
    }
    web::oops::watch();
    web::page::mount(|[place, book]| {
        // Each from the moment it is first opened: the placement room starts workers.
        web::page::first(PlacementRoom::WORD, || {
            yew::Renderer::<placement::app::App>::with_root(place).render();
        });
        web::page::first(Lesson::WORD, || {
            yew::Renderer::<textbook::app::Textbook>::with_root(book).render();
        });
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The rooms are a part of the page: run `cargo xtask serve` and open the address it prints.");
}
