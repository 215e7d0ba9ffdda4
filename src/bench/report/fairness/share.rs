//! Intervals around shares.
//! Must not know what is counted.

/// Two-sided 95 % of a normal distribution.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// 95 % interval of a share of `yes` among `all`: Wilson's score interval (Journal of the American Statistical
/// Association 22, 1927, 209-212). It stays within 0 and 1 and has a width even when nobody or everybody said yes.
#[must_use]
pub(super) fn wilson(yes: u64, all: u64) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (all as f64, yes as f64 / all as f64);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let (middle, scale) = (share + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() < 5e-5
    }

    #[test]
    fn the_interval_is_the_published_one() {
        // Newcombe, Statistics in Medicine 17, 1998, 857-872, table I, method 3.
        for (yes, all, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = wilson(yes, all);
            assert!(is_near(found.0, low) && is_near(found.1, high), "{yes} of {all}: {found:?}");
        }
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }
}
