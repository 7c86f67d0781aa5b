//! How products and plans are made.

use super::{Made, Trial};

pub(super) const TRIALS: &[Trial] = &[
    Trial {
        made: Made::Row("select to_jsonb(made) from product as made where id = $1"),
        ..Trial::of("products.create")
    },
    Trial {
        made: Made::Row(
            "select to_jsonb(made) || jsonb_build_object('charges', (
                select jsonb_agg(to_jsonb(charge) - 'id' - 'plan_id' order by position) from charge where plan_id = made.id
            )) from plan as made where id = $1",
        ),
        ..Trial::of("plans.create")
    },
];
