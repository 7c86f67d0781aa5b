//! The inside of an invoice: its lines, charges, tiers and totals.

use crate::view::invoice::{ChargeView, InvoiceView, LineView};
use leptos::prelude::*;

/// The lines of an invoice as a table that adds up.
#[component]
pub fn InvoiceDocument(
    /// The invoice.
    invoice: InvoiceView,
) -> impl IntoView {
    let caption = format!("Line items, {}", invoice.period);
    let is_empty = invoice.lines.is_empty();
    let hidden = match invoice.hidden {
        0 => None,
        1 => Some("1 line without usage is not shown.".to_owned()),
        more => Some(format!("{more} lines without usage are not shown.")),
    };
    let has_adjustments = !invoice.adjustments.is_empty();
    view! {
        <div class="document">
            <table>
                <caption>{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Item"</th>
                        <th scope="col">"Quantity"</th>
                        <th scope="col">"Unit price"</th>
                        <th scope="col">"Amount"</th>
                    </tr>
                </thead>
                {invoice.lines.into_iter().map(Line).collect_view()}
                {is_empty
                    .then(|| {
                        view! {
                            <tbody>
                                <tr class="charge">
                                    <td colspan="4">"No usage in this period."</td>
                                </tr>
                            </tbody>
                        }
                    })}
                <tfoot>
                    {has_adjustments
                        .then(|| {
                            view! {
                                <tr>
                                    <th scope="row" colspan="3">"Subtotal"</th>
                                    <td>{invoice.subtotal}</td>
                                </tr>
                            }
                        })}
                    {invoice
                        .adjustments
                        .into_iter()
                        .map(|(name, total)| {
                            view! {
                                <tr>
                                    <th scope="row" colspan="3">{name}</th>
                                    <td>{total}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                    <tr class="total">
                        <th scope="row" colspan="3">"Total"</th>
                        <td>{invoice.total}</td>
                    </tr>
                </tfoot>
            </table>
            <p class="note">
                {format!("Plan: {}. Periods are in UTC.", invoice.plan_name)} {hidden.map(|text| format!(" {text}"))}
            </p>
        </div>
    }
}

/// A product, or one group value of it, with its charges. A line of one plain charge of the same name is one row.
#[allow(non_snake_case, reason = "a component by shape, without props of its own")]
fn Line(line: LineView) -> impl IntoView {
    let is_single =
        line.charges.len() == 1 && line.charges[0].tiers.is_empty() && line.charges[0].name == line.name;
    let (quantity, unit_price) = match line.charges.first() {
        Some(charge) if is_single => (charge.quantity.clone(), charge.unit_price.clone()),
        _ => (String::new(), String::new()),
    };
    let charges = if is_single { Vec::new() } else { line.charges };
    view! {
        <tbody>
            <tr class="line" data-single=is_single.then_some("")>
                <th scope="row">{line.name} {line.group.map(|group| view! { " " <span class="group">{group}</span> })}</th>
                <td>{quantity}</td>
                <td>{unit_price}</td>
                <td>{line.total}</td>
            </tr>
            {charges.into_iter().map(Charge).collect_view()}
        </tbody>
    }
}

#[allow(non_snake_case, reason = "a component by shape, without props of its own")]
fn Charge(charge: ChargeView) -> impl IntoView {
    view! {
        <tr class="charge">
            <th scope="row">{charge.name}</th>
            <td>{charge.quantity}</td>
            <td>{charge.unit_price}</td>
            <td>{charge.subtotal}</td>
        </tr>
        {charge
            .tiers
            .into_iter()
            .map(|[label, quantity, unit_price, subtotal]| {
                view! {
                    <tr class="tier">
                        <th scope="row">{label}</th>
                        <td>{quantity}</td>
                        <td>{unit_price}</td>
                        <td>{subtotal}</td>
                    </tr>
                }
            })
            .collect_view()}
    }
}
