//! The panels around the stage: small, dumb, and drawn from nothing but their properties.

pub mod bill;
pub mod cases;
pub mod dialog_props;
pub mod dialogs;
pub mod disc;
pub mod doubt_row;
pub mod help;
pub mod hidden_tables;
pub mod icon;
pub mod inspector;
pub mod lens_head;
pub mod lens_lines;
mod load_row;
mod lock_tools;
pub mod locks;
pub mod nav;
pub mod sentence;
pub mod settings;
pub mod share;
pub mod timebar;
pub mod timemarks;
pub mod transport;

#[cfg(test)]
mod tests;
