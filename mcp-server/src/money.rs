//! Arithmetic of amounts: exact, half away from zero, never a float.

/// `value × numerator ÷ denominator`, rounded half away from zero. The denominator is over 0.
/// `None` where the result leaves the range of amounts.
pub fn scale(value: i64, numerator: i64, denominator: i64) -> Option<i64> {
    let exact = i128::from(value) * i128::from(numerator);
    let denominator = i128::from(denominator);
    let rounded = (exact.abs() * 2 + denominator) / (denominator * 2) * exact.signum();
    i64::try_from(rounded).ok().filter(|n| n.abs() <= crate::fields::LARGEST)
}

/// Splits `amount` over `weights` in proportion, exactly: the largest remainders take what is left, the first of
/// equals first. Weights are at least 0; if all are 0, so are the parts. `amount` is at least 0.
pub fn allocate(amount: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|&w| i128::from(w)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: i64| i128::from(amount) * i128::from(weight);
    // Each part is at most `amount`, so it fits where `amount` does.
    let mut parts: Vec<i64> =
        weights.iter().map(|&w| i64::try_from(exact(w) / sum).unwrap_or(amount)).collect();
    let mut left = amount - parts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&n| std::cmp::Reverse(exact(weights[n]) % sum));
    for n in order {
        if left == 0 {
            break;
        }
        parts[n] += 1;
        left -= 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(scale(12_345, 25_000, 10_000), Some(30_863)); // 2.5 × 12345
        assert_eq!(scale(-1, 1, 2), Some(-1));
        assert_eq!(scale(1, 1, 2), Some(1));
        assert_eq!(scale(9_000_000_000_000_000, 2, 1), None);
    }

    #[test]
    fn allocates_by_largest_remainder() {
        assert_eq!(allocate(1_000, &[3_333, 3_333, 3_334]), [333, 333, 334]);
        assert_eq!(allocate(2, &[1, 1, 1]), [1, 1, 0]);
        assert_eq!(allocate(5, &[0, 0]), [0, 0]);
    }
}
