//! What a job, a quote or an invoice costs: lines, discounts, tax, by the six normative steps. Pure.

use crate::money::{allocate, scale};

/// A discount on a line or on a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discount {
    /// Of the amount, in ten-thousandths of a percent (10 % is 100,000).
    Percent(i64),
    /// In minor units; never more than the amount.
    Fixed(i64),
}

impl Discount {
    /// What it takes off an amount.
    fn of(self, amount: i64) -> Option<i64> {
        match self {
            Discount::Percent(p) => scale(amount, p, 1_000_000),
            Discount::Fixed(value) => Some(value.min(amount.max(0))),
        }
    }
}

/// Where tax is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxRounding {
    /// On each line.
    Line,
    /// Once for each rate, then spread over its lines; Japan's invoices need it.
    Document,
}

/// What one of a line costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// In minor units.
    Unit(i64),
    /// Takes this off the sum of the lines over 0, in ten-thousandths of a percent: a discount that stands as a line.
    PercentOff(i64),
}

/// A line as it is reckoned.
#[derive(Clone, Copy, Debug)]
pub struct LineInput {
    /// In ten-thousandths.
    pub quantity: i64,
    /// Of one.
    pub price: Price,
    /// The line's own discount.
    pub discount: Option<Discount>,
    /// In ten-thousandths of a percent; none: no tax.
    pub tax_rate: Option<i64>,
    /// Whether it is part of the document's sums; one that is not is reckoned by itself.
    pub counted: bool,
}

/// What a line comes to, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineTotals {
    /// What one costs.
    pub unit_price: i64,
    /// Quantity × price.
    pub amount: i64,
    /// The line's discount and its part of the document's.
    pub discount: i64,
    /// On what is left.
    pub tax: i64,
    /// Net and tax.
    pub total: i64,
}

/// What a document comes to, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// One for each line, in order.
    pub lines: Vec<LineTotals>,
    /// The sum of the amounts.
    pub subtotal: i64,
    /// All discounts.
    pub discount: i64,
    /// All tax.
    pub tax: i64,
    /// What is to be paid.
    pub total: i64,
}

/// Why a document cannot be reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreckonable {
    /// An amount left the range of amounts.
    TooLarge,
    /// The total is below 0.
    BelowZero,
}

/// Reckons a document.
pub fn reckon(
    lines: &[LineInput],
    discount: Option<Discount>,
    rounding: TaxRounding,
) -> Result<Totals, Unreckonable> {
    reckon_checked(lines, discount, rounding)
        .ok_or(Unreckonable::TooLarge)
        .and_then(|totals| if totals.total < 0 { Err(Unreckonable::BelowZero) } else { Ok(totals) })
}

fn reckon_checked(lines: &[LineInput], discount: Option<Discount>, rounding: TaxRounding) -> Option<Totals> {
    let mut totals = amounts(lines)?;
    // The document's discount is spread over what the lines' own discounts left, where that is over 0.
    let weights = weights(lines, &totals);
    let spread = discount.map_or(Some(0), |discount| discount.of(sum(weights.iter().copied())?))?;
    for (line, part) in totals.iter_mut().zip(allocate(spread, &weights)) {
        line.discount += part;
    }
    tax(lines, &mut totals, rounding)?;
    for line in &mut totals {
        line.total = sum([line.amount, -line.discount, line.tax].into_iter())?;
    }
    let summed = |part: fn(&LineTotals) -> i64| {
        sum(lines.iter().zip(&totals).filter(|(line, _)| line.counted).map(|(_, totals)| part(totals)))
    };
    Some(Totals {
        subtotal: summed(|line| line.amount)?,
        discount: summed(|line| line.discount)?,
        tax: summed(|line| line.tax)?,
        total: summed(|line| line.total)?,
        lines: totals,
    })
}

/// Each line's amount and its own discount. A percentage off the others is known when they are.
fn amounts(lines: &[LineInput]) -> Option<Vec<LineTotals>> {
    let mut totals = vec![LineTotals::default(); lines.len()];
    for (line, totals) in lines.iter().zip(&mut totals) {
        if let Price::Unit(price) = line.price {
            *totals = line.at(price)?;
        }
    }
    let others = sum(weights(lines, &totals).into_iter())?;
    for (line, totals) in lines.iter().zip(&mut totals) {
        if let Price::PercentOff(p) = line.price {
            *totals = line.at(-scale(others, p, 1_000_000)?)?;
        }
    }
    Some(totals)
}

impl LineInput {
    fn at(&self, unit_price: i64) -> Option<LineTotals> {
        let amount = scale(unit_price, self.quantity, 10_000)?;
        let discount = self.discount.map_or(Some(0), |discount| discount.of(amount))?;
        Some(LineTotals { unit_price, amount, discount, ..LineTotals::default() })
    }
}

/// What each line is still worth, where that is over 0; a line that does not count is worth nothing.
fn weights(lines: &[LineInput], totals: &[LineTotals]) -> Vec<i64> {
    let weight = |(line, totals): (&LineInput, &LineTotals)| {
        if line.counted { (totals.amount - totals.discount).max(0) } else { 0 }
    };
    lines.iter().zip(totals).map(weight).collect()
}

fn tax(inputs: &[LineInput], lines: &mut [LineTotals], rounding: TaxRounding) -> Option<()> {
    let net = |line: &LineTotals| line.amount - line.discount;
    for (line, input) in lines.iter_mut().zip(inputs) {
        if rounding == TaxRounding::Line || !input.counted {
            line.tax = scale(net(line), input.tax_rate.unwrap_or(0), 1_000_000)?;
        }
    }
    if rounding == TaxRounding::Line {
        return Some(());
    }
    let mut rates: Vec<i64> = inputs.iter().filter_map(|input| input.tax_rate).collect();
    rates.sort_unstable();
    rates.dedup();
    for rate in rates {
        let in_bucket = |n: &usize| inputs[*n].counted && inputs[*n].tax_rate == Some(rate);
        let bucket: Vec<usize> = (0..lines.len()).filter(in_bucket).collect();
        let nets: Vec<i64> = bucket.iter().map(|&n| net(&lines[n])).collect();
        let tax = scale(sum(nets.iter().copied())?, rate, 1_000_000)?;
        // A bucket below 0 (more discount lines than work) is spread by the sizes of its negative lines.
        let weights: Vec<i64> = nets.iter().map(|&n| (n * tax.signum()).max(0)).collect();
        for (&n, part) in bucket.iter().zip(allocate(tax.abs(), &weights)) {
            lines[n].tax = part * tax.signum();
        }
    }
    Some(())
}

fn sum(values: impl Iterator<Item = i64>) -> Option<i64> {
    let total: i128 = values.map(i128::from).sum();
    i64::try_from(total).ok().filter(|n| n.abs() <= crate::fields::LARGEST)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: i64, unit_price: i64, tax_rate: i64) -> LineInput {
        let price = Price::Unit(unit_price);
        let quantity = quantity * 10_000;
        LineInput { quantity, price, discount: None, tax_rate: Some(tax_rate), counted: true }
    }

    #[test]
    fn the_published_vectors() {
        let ten_percent = Some(Discount::Percent(100_000));
        let one = LineInput { quantity: 25_000, discount: ten_percent, ..line(1, 12_345, 88_750) };
        let totals = reckon(&[one], None, TaxRounding::Line).unwrap().lines[0];
        assert_eq!(
            (totals.amount, totals.discount, totals.tax, totals.total),
            (30_863, 3_086, 2_465, 30_242)
        );

        let seven = [line(1, 199, 88_750); 7];
        assert_eq!(reckon(&seven, None, TaxRounding::Line).unwrap().tax, 126);
        let document = reckon(&seven, None, TaxRounding::Document).unwrap();
        assert_eq!(document.tax, 124);
        assert_eq!(document.lines.iter().map(|line| line.tax).sum::<i64>(), 124);

        let three = [line(1, 3_333, 0), line(1, 3_333, 0), line(1, 3_334, 0)];
        let discounts: Vec<i64> = reckon(&three, Some(Discount::Fixed(1_000)), TaxRounding::Line)
            .unwrap()
            .lines
            .iter()
            .map(|line| line.discount)
            .collect();
        assert_eq!(discounts, [333, 333, 334]);
    }

    #[test]
    fn a_percentage_off_is_of_the_lines_over_zero_that_count() {
        let off = LineInput { price: Price::PercentOff(100_000), ..line(1, 0, 0) };
        let left_out = LineInput { counted: false, ..line(1, 9_999, 88_750) };
        let totals =
            reckon(&[off, line(2, 500, 0), line(1, -100, 0), left_out], None, TaxRounding::Document).unwrap();
        assert_eq!((totals.lines[0].unit_price, totals.lines[0].amount, totals.total), (-100, -100, 800));
        assert_eq!((totals.lines[3].tax, totals.lines[3].total), (887, 10_886), "by itself");
    }

    #[test]
    fn a_total_below_zero_and_an_amount_too_large_are_refused() {
        assert_eq!(reckon(&[line(1, -5, 0)], None, TaxRounding::Line), Err(Unreckonable::BelowZero));
        let huge = [line(2, 9_000_000_000_000_000, 0)];
        assert_eq!(reckon(&huge, None, TaxRounding::Line), Err(Unreckonable::TooLarge));
    }
}
