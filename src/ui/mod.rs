//! The page. What can be told without a browser is compiled natively too, and tested there; `web` and what stands on it is
//! compiled for the browser alone.

#[cfg(target_arch = "wasm32")]
pub mod app;
mod command;
mod describe;
#[cfg(target_arch = "wasm32")]
mod draw;
mod keys;
mod lenses;
mod opening;
mod panel;
mod room;
#[cfg(target_arch = "wasm32")]
mod run;
mod settings_form;
#[cfg(test)]
mod shown;
pub mod stage;
mod state;
mod story;
#[cfg(target_arch = "wasm32")]
pub mod web;
