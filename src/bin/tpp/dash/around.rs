//! What the environment says about colours and language.
//! Must not outrank a flag.

use std::path::PathBuf;

use clap::Args;
use tpp::tui::{lang::Lang, theme::Theme};

use super::settings;

/// Read from the environment as every program does.
#[derive(Debug, Default, Args)]
pub struct AroundArgs {
    /// No colours, whatever it says.
    #[arg(long = "env-no-color", env = "NO_COLOR", hide = true)]
    no_color: Option<String>,
    /// Outranks the two below.
    #[arg(long = "env-lc-all", env = "LC_ALL", hide = true)]
    lc_all: Option<String>,
    /// Language of messages.
    #[arg(long = "env-lc-messages", env = "LC_MESSAGES", hide = true)]
    lc_messages: Option<String>,
    /// Language of everything.
    #[arg(long = "env-lang", env = "LANG", hide = true)]
    env_lang: Option<String>,
    /// Folder of the user's settings.
    #[arg(long = "env-config-home", env = "XDG_CONFIG_HOME", hide = true)]
    config_home: Option<String>,
    /// Folder of the user.
    #[arg(long = "env-home", env = "HOME", hide = true)]
    home: Option<String>,
}

impl AroundArgs {
    /// No colours where they are not wanted.
    pub fn theme(&self) -> Option<Theme> {
        self.no_color.as_deref().is_some_and(|value| !value.is_empty()).then_some(Theme::Mono)
    }

    /// The user's own settings file, whether it is there or not.
    pub fn settings(&self) -> Option<PathBuf> {
        settings::own_file(self.config_home.as_deref(), self.home.as_deref())
    }

    /// The first that says anything decides.
    pub fn lang(&self) -> Lang {
        let said = [&self.lc_all, &self.lc_messages, &self.env_lang];
        let said = said.into_iter().flatten().find(|value| !value.is_empty());
        if said.is_some_and(|value| value.starts_with("zh")) { Lang::Zh } else { Lang::En }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(lc_all: &str, lc_messages: &str, lang: &str) -> Lang {
        let said = |text: &str| Some(text.to_owned());
        AroundArgs {
            lc_all: said(lc_all),
            lc_messages: said(lc_messages),
            env_lang: said(lang),
            ..AroundArgs::default()
        }
        .lang()
    }

    #[test]
    fn the_language_is_that_of_messages() {
        assert_eq!(around("", "", "zh_CN.UTF-8"), Lang::Zh);
        assert_eq!(around("", "en_GB.UTF-8", "zh_CN.UTF-8"), Lang::En);
        assert_eq!(around("zh_TW.UTF-8", "en_GB.UTF-8", "C"), Lang::Zh);
        assert_eq!(AroundArgs::default().lang(), Lang::En);
    }

    #[test]
    fn an_empty_no_color_is_none() {
        let theme = |no_color: Option<&str>| {
            AroundArgs { no_color: no_color.map(ToOwned::to_owned), ..AroundArgs::default() }.theme()
        };
        assert_eq!((theme(None), theme(Some("")), theme(Some("1"))), (None, None, Some(Theme::Mono)));
    }
}
