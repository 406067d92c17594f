//! Operations: each does what the model says, its reverse restores, and rows
//! survive.

mod refused;
mod scenarios;

use retort_core::{backend::Row, operation::Operation, schema::Schema};

use self::scenarios::{SCENARIOS, Scenario};
use crate::{
    case::{Case, Stop, Verdict, ensure, same},
    context::{Context, require},
    site::{Site, parse, runs, same_schema, told},
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for scenario in SCENARIOS {
        cases.push(Case::with_database(format!("operation::{}", scenario.name), move |context| {
            Box::pin(applied_and_restored(context, scenario, false))
        }));
    }
    for scenario in SCENARIOS {
        cases.push(Case::with_database(
            format!("operation_without_a_look::{}", scenario.name),
            move |context| Box::pin(applied_and_restored(context, scenario, true)),
        ));
    }
    for scenario in SCENARIOS.iter().filter(|scenario| scenario.rows.is_some()) {
        cases.push(Case::with_database(format!("rows_survive::{}", scenario.name), move |context| {
            Box::pin(rows_survive(context, scenario))
        }));
    }
    cases.extend(refused::cases());
    cases
}

/// The law of an operation: the database is what the model says, and after the
/// reverse what it was.
async fn applied_and_restored(context: &Context, scenario: &Scenario, blind: bool) -> Verdict {
    let mut site = scenario.prepare(context).await?;
    site.blind = blind;
    let before = site.session.introspect(&site.model).await?;
    let (_, undo) = scenario.carry_out(&mut site).await?;
    site.check(|| scenario.change.to_owned()).await?;
    let Some(undo) = undo else {
        return site.session.close().await;
    };
    let back = told(&undo);
    go_back(&mut site, undo).await?;
    let told = || format!("{}\nand back by\n{back}", scenario.change);
    let after = site.check(told).await?;
    if !scenario.stays {
        same_schema(&sorted(after), &sorted(before), told)?;
    }
    site.session.close().await
}

/// The law of rows: they are there after the operation, and after its reverse.
async fn rows_survive(context: &Context, scenario: &Scenario) -> Verdict {
    let Some((query, after)) = scenario.rows else { return Ok(()) };
    let mut site = scenario.prepare(context).await?;
    let expected = site.session.rows(query).await?;
    ensure!(expected.len() >= 3, "the table has {} rows", expected.len());
    let (_, undo) = scenario.carry_out(&mut site).await?;
    check_rows(&mut site, after, &expected, scenario.change).await?;
    if let Some(undo) = undo {
        let back = told(&undo);
        go_back(&mut site, undo).await?;
        check_rows(&mut site, query, &expected, &format!("{}\nand back by\n{back}", scenario.change)).await?;
    }
    site.session.close().await
}

/// The rows of the query are the expected ones, for the session and for the
/// witness.
async fn check_rows(site: &mut Site, query: &str, expected: &[Row], told: &str) -> Verdict {
    let expected = expected.to_vec();
    same(&site.session.rows(query).await?, &expected, || format!("rows after {told}"))?;
    if let Some(mut witness) = site.session.witness() {
        let mut seen = witness.rows(query).await.map_err(|error| Stop::failed(error.to_string()))?;
        seen.sort_by_key(|row| format!("{row:?}"));
        ensure!(seen.len() == expected.len(), "the witness sees {} rows after {told}", seen.len());
        let texts = |rows: &[Row]| -> Vec<Vec<String>> {
            let mut rows: Vec<_> =
                rows.iter().map(|row| row.0.iter().map(super::values::plain).collect()).collect();
            rows.sort();
            rows
        };
        same(&texts(&seen), &texts(&expected), || format!("rows for the witness after {told}"))?;
    }
    Ok(())
}

async fn go_back(site: &mut Site, undo: Vec<Operation>) -> Verdict {
    for run in runs(undo) {
        let back = told(&run);
        // What cannot be taken back is said before, or not at all.
        site.apply(&run)
            .await
            .map_err(Stop::from)
            .map_err(|stop| stop.while_doing(|| format!("back by {back}")))?;
    }
    Ok(())
}

/// The schema with columns in order of their names: one that was dropped and
/// added again is the last.
pub(in crate::laws) fn sorted(mut schema: Schema) -> Schema {
    for table in schema.tables.values_mut() {
        table.columns.sort_by(|left, right| left.name.cmp(&right.name));
    }
    schema
}

impl Scenario {
    /// The database before the operation, with rows.
    async fn prepare(&self, context: &Context) -> Verdict<Site> {
        let mut site = Site::new(context).await?;
        for feature in self.needs {
            require(&*site.session.backend, *feature)?;
        }
        site.apply_sql(self.before).await?;
        if self.rows.is_some() {
            scenarios::fill(&mut site).await?;
        }
        Ok(site)
    }

    /// Carries out the operations, and returns what undoes them, if they can
    /// be undone.
    async fn carry_out(&self, site: &mut Site) -> Verdict<(Vec<Operation>, Option<Vec<Operation>>)> {
        let (mut done, mut undo) = (Vec::new(), Some(Vec::new()));
        for mut run in runs(parse(self.change)?) {
            site.resolve(&mut run);
            let mut model = site.model.clone();
            for operation in &run {
                match (operation.reverse(&model), &mut undo) {
                    (Ok(reverse), Some(undo)) => {
                        undo.splice(0..0, reverse);
                    }
                    (Ok(_), None) | (Err(_), _) => undo = None,
                }
                operation.apply_to(&mut model)?;
            }
            site.apply(&run).await.map_err(Stop::from).map_err(|stop| stop.while_doing(|| told(&run)))?;
            done.extend(run);
        }
        Ok((done, undo))
    }
}
