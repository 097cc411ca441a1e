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

/// A line as it is reckoned.
#[derive(Clone, Copy, Debug)]
pub struct LineInput {
    /// In ten-thousandths.
    pub quantity: i64,
    /// In minor units.
    pub unit_price: i64,
    /// The line's own discount.
    pub discount: Option<Discount>,
    /// In ten-thousandths of a percent; none: no tax.
    pub tax_rate: Option<i64>,
}

/// What a line comes to, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineTotals {
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
    let mut totals = Totals::default();
    for line in lines {
        let amount = scale(line.unit_price, line.quantity, 10_000)?;
        let discount = line.discount.map_or(Some(0), |discount| discount.of(amount))?;
        totals.lines.push(LineTotals { amount, discount, ..LineTotals::default() });
    }
    // The document's discount is spread over what the lines' own discounts left, where that is over 0.
    let weights: Vec<i64> = totals.lines.iter().map(|line| (line.amount - line.discount).max(0)).collect();
    let spread = discount.map_or(Some(0), |discount| discount.of(sum(weights.iter().copied())?))?;
    for (line, part) in totals.lines.iter_mut().zip(allocate(spread, &weights)) {
        line.discount += part;
    }
    tax(lines, &mut totals.lines, rounding)?;
    for line in &mut totals.lines {
        line.total = line.amount - line.discount + line.tax;
    }
    totals.subtotal = sum(totals.lines.iter().map(|line| line.amount))?;
    totals.discount = sum(totals.lines.iter().map(|line| line.discount))?;
    totals.tax = sum(totals.lines.iter().map(|line| line.tax))?;
    totals.total = sum(totals.lines.iter().map(|line| line.total))?;
    Some(totals)
}

fn tax(inputs: &[LineInput], lines: &mut [LineTotals], rounding: TaxRounding) -> Option<()> {
    let net = |line: &LineTotals| line.amount - line.discount;
    match rounding {
        TaxRounding::Line => {
            for (line, rate) in lines.iter_mut().zip(inputs.iter().map(|input| input.tax_rate)) {
                line.tax = scale(net(line), rate.unwrap_or(0), 1_000_000)?;
            }
        }
        TaxRounding::Document => {
            let mut rates: Vec<i64> = inputs.iter().filter_map(|input| input.tax_rate).collect();
            rates.sort_unstable();
            rates.dedup();
            for rate in rates {
                let bucket: Vec<usize> =
                    (0..lines.len()).filter(|&n| inputs[n].tax_rate == Some(rate)).collect();
                let nets: Vec<i64> = bucket.iter().map(|&n| net(&lines[n])).collect();
                let tax = scale(sum(nets.iter().copied())?, rate, 1_000_000)?;
                // A bucket below 0 (more discount lines than work) is spread by the sizes of its negative lines.
                let weights: Vec<i64> = nets.iter().map(|&n| (n * tax.signum()).max(0)).collect();
                for (&n, part) in bucket.iter().zip(allocate(tax.abs(), &weights)) {
                    lines[n].tax = part * tax.signum();
                }
            }
        }
    }
    Some(())
}

fn sum(values: impl Iterator<Item = i64>) -> Option<i64> {
    let total: i128 = values.map(i128::from).sum();
    i64::try_from(total).ok().filter(|n| n.abs() <= crate::fields::LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: i64, unit_price: i64, tax_rate: i64) -> LineInput {
        LineInput { quantity: quantity * 10_000, unit_price, discount: None, tax_rate: Some(tax_rate) }
    }

    #[test]
    fn the_published_vectors() {
        let ten_percent = Some(Discount::Percent(100_000));
        let one =
            LineInput { quantity: 25_000, unit_price: 12_345, discount: ten_percent, tax_rate: Some(88_750) };
        let totals = reckon(&[one], None, TaxRounding::Line).unwrap();
        assert_eq!(totals.lines, [LineTotals { amount: 30_863, discount: 3_086, tax: 2_465, total: 30_242 }]);

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
    fn a_total_below_zero_and_an_amount_too_large_are_refused() {
        assert_eq!(reckon(&[line(1, -5, 0)], None, TaxRounding::Line), Err(Unreckonable::BelowZero));
        let huge = [line(2, 9_000_000_000_000_000, 0)];
        assert_eq!(reckon(&huge, None, TaxRounding::Line), Err(Unreckonable::TooLarge));
    }
}
