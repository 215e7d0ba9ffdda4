//! The scenarios that come with the program.
//! Must not hold one that has no file in `scenarios/`.

/// Name and text of every file in `scenarios/`.
pub const SHIPPED: [(&str, &str); 15] = [
    ("smoke", include_str!("../../scenarios/smoke.toml")),
    ("flash_sale", include_str!("../../scenarios/flash_sale.toml")),
    ("slow_payers", include_str!("../../scenarios/slow_payers.toml")),
    ("retries", include_str!("../../scenarios/retries.toml")),
    ("seat_map", include_str!("../../scenarios/seat_map.toml")),
    ("hot_category", include_str!("../../scenarios/hot_category.toml")),
    ("mixed_versions", include_str!("../../scenarios/mixed_versions.toml")),
    ("accept_rate", include_str!("../../scenarios/accept_rate.toml")),
    ("thundering_reload", include_str!("../../scenarios/thundering_reload.toml")),
    ("bot_attack", include_str!("../../scenarios/bot_attack.toml")),
    ("retry_storm", include_str!("../../scenarios/retry_storm.toml")),
    ("slow_clients", include_str!("../../scenarios/slow_clients.toml")),
    ("two_waves", include_str!("../../scenarios/two_waves.toml")),
    ("steady_day", include_str!("../../scenarios/steady_day.toml")),
    ("breaking_point", include_str!("../../scenarios/breaking_point.toml")),
];

/// The scenario that is played when none is named.
pub const DEFAULT: &str = "flash_sale";

/// The text of a shipped scenario.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_in_the_folder_is_shipped() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let mut shipped: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
        shipped.sort_unstable();
        assert_eq!(files, shipped);
        assert!(text(DEFAULT).is_some());
    }
}
