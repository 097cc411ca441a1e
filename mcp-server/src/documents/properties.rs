//! The normative steps hold for any document, not for the published ones alone. `rust_decimal` reckons each step anew.

use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

use super::*;

const RATES: [Option<i64>; 5] = [None, Some(0), Some(40_000), Some(88_750), Some(999_999)];

/// `value × part ÷ whole`, rounded half away from zero.
fn rounded(value: i64, part: i64, whole: i64) -> i64 {
    let exact = Decimal::from(value) * Decimal::from(part) / Decimal::from(whole);
    let rounded = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    rounded.try_into().unwrap()
}

fn a_discount(unit: i64) -> impl Strategy<Value = Discount> {
    prop_oneof![
        (0..=1_000_000i64).prop_map(Discount::Percent),
        (0..=500 * unit).prop_map(Discount::Fixed),
        Just(Discount::Percent(125_000)),
    ]
}

/// A line of up to 5,000 of the currency; one of four takes off what it says.
fn a_line(unit: i64) -> impl Strategy<Value = LineInput> {
    let price = prop_oneof![
        6 => (0..=5_000 * unit).prop_map(Price::Unit),
        1 => (-50 * unit..0).prop_map(Price::Unit),
        1 => (0..=300_000i64).prop_map(Price::PercentOff),
    ];
    let quantity = prop_oneof![Just(10_000i64), 1..=200_000i64];
    let discount = prop::option::weighted(0.3, a_discount(unit));
    (price, quantity, discount, prop::sample::select(&RATES[..]), prop::bool::weighted(0.85)).prop_map(
        |(price, quantity, discount, tax_rate, counted)| {
            let discount = discount.filter(|_| matches!(price, Price::Unit(0..)));
            LineInput { quantity, price, discount, tax_rate, counted }
        },
    )
}

/// In JPY, USD or KWD: their amounts count wholes, hundredths and thousandths.
fn a_document() -> impl Strategy<Value = (Vec<LineInput>, Option<Discount>)> {
    prop::sample::select(&[1i64, 100, 1_000][..]).prop_flat_map(|unit| {
        (prop::collection::vec(a_line(unit), 0..20), prop::option::of(a_discount(unit)))
    })
}

fn net(line: &LineTotals) -> i64 {
    line.amount - line.discount
}

/// What the line's own discount and its price say, before the document's discount.
fn by_itself(line: &LineInput, others: i64) -> (i64, i64) {
    let price = match line.price {
        Price::Unit(price) => price,
        Price::PercentOff(p) => -rounded(others, p, 1_000_000),
    };
    let amount = rounded(price, line.quantity, 10_000);
    let discount = match line.discount {
        None => 0,
        Some(Discount::Percent(p)) => rounded(amount, p, 1_000_000),
        Some(Discount::Fixed(value)) => value.min(amount),
    };
    (amount, discount)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lines_add_up_to_the_document((lines, discount) in a_document(), by_line in any::<bool>()) {
        let rounding = if by_line { TaxRounding::Line } else { TaxRounding::Document };
        let totals = match reckon(&lines, discount, rounding) {
            Ok(totals) => totals,
            Err(why) => {
                prop_assert_eq!(why, Unreckonable::BelowZero);
                prop_assert!(lines.iter().any(|line| !matches!(line.price, Price::Unit(0..))));
                return Ok(());
            }
        };
        prop_assert_eq!(totals.lines.len(), lines.len());
        for line in &totals.lines {
            prop_assert_eq!(line.total, net(line) + line.tax);
        }
        let sum = |part: fn(&LineTotals) -> i64| -> i64 {
            lines.iter().zip(&totals.lines).filter(|(line, _)| line.counted).map(|(_, line)| part(line)).sum()
        };
        prop_assert_eq!(sum(|line| line.amount), totals.subtotal);
        prop_assert_eq!(sum(|line| line.discount), totals.discount);
        prop_assert_eq!(sum(|line| line.tax), totals.tax);
        prop_assert_eq!(sum(|line| line.total), totals.total);
        prop_assert!(totals.total >= 0);
    }

    #[test]
    fn amounts_are_exact_and_a_discount_is_allocated_to_the_last_unit((lines, discount) in a_document()) {
        let Ok(totals) = reckon(&lines, discount, TaxRounding::Line) else { return Ok(()) };
        let worth = |line: &LineInput, others| {
            let (amount, own) = by_itself(line, others);
            if line.counted { (amount - own).max(0) } else { 0 }
        };
        let others: i64 = lines.iter().filter(|line| matches!(line.price, Price::Unit(_))).map(|line| worth(line, 0)).sum();
        let weights: Vec<i64> = lines.iter().map(|line| worth(line, others)).collect();
        let whole: i64 = weights.iter().sum();
        let spread = match discount {
            None => 0,
            Some(Discount::Percent(p)) => rounded(whole, p, 1_000_000),
            Some(Discount::Fixed(value)) => value.min(whole),
        };
        let mut allocated = 0;
        for ((line, totals), weight) in lines.iter().zip(&totals.lines).zip(weights) {
            let (amount, own) = by_itself(line, others);
            prop_assert_eq!(totals.amount, amount);
            let part = totals.discount - own;
            prop_assert!((0..=weight).contains(&part), "{} of {}", part, weight);
            // Within one unit of the exact share: part/spread and weight/whole, without a fraction.
            let off = i128::from(part) * i128::from(whole) - i128::from(spread) * i128::from(weight);
            prop_assert!(off.abs() < i128::from(whole.max(1)));
            allocated += part;
        }
        prop_assert_eq!(allocated, spread);
    }

    #[test]
    fn tax_is_rounded_once_for_a_line_or_once_for_a_rate((lines, discount) in a_document()) {
        if let Ok(totals) = reckon(&lines, discount, TaxRounding::Line) {
            for (line, totals) in lines.iter().zip(&totals.lines) {
                prop_assert_eq!(totals.tax, rounded(net(totals), line.tax_rate.unwrap_or(0), 1_000_000));
            }
        }
        let Ok(totals) = reckon(&lines, discount, TaxRounding::Document) else { return Ok(()) };
        for rate in RATES {
            let taxed: Vec<&LineTotals> = lines.iter().zip(&totals.lines)
                .filter(|(line, _)| line.counted && line.tax_rate == rate).map(|(_, totals)| totals).collect();
            let tax: i64 = taxed.iter().map(|line| line.tax).sum();
            prop_assert_eq!(tax, rounded(taxed.iter().map(|line| net(line)).sum(), rate.unwrap_or(0), 1_000_000));
        }
        for (line, totals) in lines.iter().zip(&totals.lines).filter(|(line, _)| !line.counted) {
            prop_assert_eq!(totals.tax, rounded(net(totals), line.tax_rate.unwrap_or(0), 1_000_000));
        }
    }
}

#[test]
fn no_float_stands_where_money_is_reckoned() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<_> = ["money.rs", "documents.rs", "lines.rs", "fields/money.rs", "fields/decimal.rs"]
        .map(|file| root.join(file))
        .into();
    let folder = std::fs::read_dir(root.join("lines")).unwrap();
    files.extend(folder.map(|file| file.unwrap().path()));
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        let word = |text: &str| {
            text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "f32" || word == "f64")
        };
        let line = source.lines().position(word);
        assert_eq!(line, None, "{} reckons with floats in the line after that", file.display());
    }
}
