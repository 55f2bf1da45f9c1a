//! The placement room: a second module of the page, fetched when the room is opened. The same module is also its own worker:
//! where there is no window, it counts.

#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively only the tests use it"))]
mod state;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod bars;
#[cfg(target_arch = "wasm32")]
mod controls;
#[cfg(target_arch = "wasm32")]
mod dock;
#[cfg(target_arch = "wasm32")]
mod lane;
#[cfg(target_arch = "wasm32")]
mod table;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(target_arch = "wasm32")]
fn main() {
    if web::crew::serve() {
        return;
    }
    web::oops::watch();
    web::page::mount(|place| {
        yew::Renderer::<app::App>::with_root(place).render();
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The placement room is a part of the page: run `cargo xtask serve` and open the address it prints.");
}
