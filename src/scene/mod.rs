//! Pictures as data: where everything on the stage stands, and where a message is at an instant. Pure functions of the
//! cluster's view; nothing here knows a browser, a colour, a language or a frame. Positions are floats, in units of
//! which sixteen make one root em, so that text of size 16 is never scaled.
pub mod control;
pub mod copies;
pub mod doubt;
pub mod geom;
pub mod glyph;
pub mod history;
pub mod hit;
pub mod layout;
pub mod load;
pub mod lock;
pub mod motion;
pub mod pages;
pub mod ring;
pub mod state;
pub mod timebar;
pub mod tone;

#[cfg(test)]
pub mod fixture;
