//! The few icons of the page. Each stands in a button that has a name.

use yew::prelude::*;

/// Which icon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Icon {
    /// Light and dark.
    Theme,
    /// Heartbeats.
    Heart,
    /// Settings.
    Dials,
    /// The textbook's lock: an open book.
    Textbook,
    /// Share.
    Share,
    /// Step back.
    Back,
    /// Step on.
    On,
    /// Play.
    Play,
    /// Pause.
    Pause,
}

/// An icon, in the colour of its text.
pub fn icon(which: Icon) -> Html {
    let (fill, stroke) = match which {
        Icon::Theme => ("M0,-7.5A7.5,7.5 0 0 1 0,7.5Z", "M7.5,0A7.5,7.5 0 1 1 -7.5,0A7.5,7.5 0 1 1 7.5,0Z"),
        Icon::Heart => ("", "M-9,0H-4.5L-2,-6L2,6L4.5,0H9"),
        Icon::Dials => {
            ("M-4.5,-5m-2.5,0a2.5,2.5 0 1 0 5,0a2.5,2.5 0 1 0 -5,0M3,5m-2.5,0a2.5,2.5 0 1 0 5,0a2.5,2.5 0 1 0 -5,0", "M-9,-5H9M-9,5H9")
        }
        Icon::Textbook => ("", "M0,-5V7M0,-5Q-4,-8 -9,-6V6Q-4,4 0,7Q4,4 9,6V-6Q4,-8 0,-5"),
        Icon::Share => ("", "M0,3V-8M-4,-4L0,-8L4,-4M-7,0V8H7V0"),
        Icon::Back => ("M7,-7V7L-3,0Z", "M-7,-7V7"),
        Icon::On => ("M-7,-7V7L3,0Z", "M7,-7V7"),
        Icon::Play => ("M-4.5,-7.5V7.5L8,0Z", ""),
        Icon::Pause => ("M-6,-7H-2V7H-6ZM2,-7H6V7H2Z", ""),
    };
    html! {
        <svg class="icon" viewBox="-10 -10 20 20" aria-hidden="true" focusable="false">
            <path d={stroke} class="icon-line" />
            <path d={fill} class="icon-fill" />
        </svg>
    }
}
