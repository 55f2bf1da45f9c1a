//! The dialogs. They are one component, since each component weighs more in the page than most of what the dialogs say.

use yew::prelude::*;

use super::cases::cases;
use super::dialog_props::DialogsProps;
use super::help::help;
use super::settings::settings;
use super::share::share;

/// All dialogs, open or closed.
#[component]
pub fn Dialogs(props: &DialogsProps) -> Html {
    html! { <>{ help(props) }{ cases(props) }{ settings(props) }{ share(props) }</> }
}
