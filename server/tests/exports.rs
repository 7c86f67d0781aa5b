//! An invoice as page, PDF, CSV and JSON: the same figures, to whom they belong.

use crate::common::{
    app,
    billing::{Billed, billed, day, finalize, used},
    get, seed, state, token,
};
use app::embed::{Dashboard, DashboardConfig, group_keys::GroupKeyOverride};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use chrono::{Datelike, Duration, Months};
use server::{
    AppState, clock,
    config::{Company, Settings},
    embed_url::{Grant, Keys, Session},
    ingest,
};
use sqlx::PgPool;
use std::{collections::BTreeMap, sync::Arc};
use tower::ServiceExt as _;
use uuid::Uuid;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

async fn send(app: &Router, request: Request<Body>) -> Answer {
    let response = app.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
    Answer { status, headers, body }
}

async fn fetch(app: &Router, token: &str, path: &str) -> Answer {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    send(app, request.body(Body::empty()).unwrap()).await
}

/// All text of a PDF, without spaces: how they are written is the writer's affair.
fn pdf_text(bytes: &[u8]) -> (usize, String) {
    let file = lopdf::Document::load_mem(bytes).unwrap();
    let pages: Vec<u32> = file.get_pages().into_keys().collect();
    let text = file.extract_text(&pages).unwrap();
    (pages.len(), text.chars().filter(|letter| !letter.is_whitespace()).collect())
}

/// A CSV as a spreadsheet reads it.
struct Sheet {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sheet {
    fn read(csv: &str) -> Self {
        let mut rows = csv.split_terminator("\r\n").map(|line| {
            let (mut cells, mut is_quoted) = (vec![String::new()], false);
            for letter in line.chars() {
                match letter {
                    '"' => is_quoted = !is_quoted,
                    ',' if !is_quoted => cells.push(String::new()),
                    letter => cells.last_mut().unwrap().push(letter),
                }
            }
            cells
        });
        let columns = rows.next().unwrap();
        Self { rows: rows.collect(), columns }
    }

    fn cell<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        &row[self.columns.iter().position(|one| one == column).expect(column)]
    }

    fn column(&self, column: &str) -> Vec<&str> {
        self.rows.iter().map(|row| self.cell(row, column)).collect()
    }
}

fn last_month() -> String {
    let now = clock::now();
    (now.date_naive().with_day(1).unwrap() - Months::new(1)).to_string()
}

/// Last month's invoice of a customer with `regions` regions: its id.
async fn invoiced(pool: &PgPool, app: &Router, token: &str, regions: i64) -> (Billed, Uuid) {
    let billed = billed(pool, &last_month(), None).await;
    for region in 0..regions {
        let at = day(&last_month()) + Duration::hours(region % 600);
        used(pool, &billed, at, 1_000 + region * 37, &format!("region-{region}")).await;
    }
    let id = finalized(pool, app, token, &billed).await;
    (billed, id)
}

/// Finalizes last month: the id of its invoice.
async fn finalized(pool: &PgPool, app: &Router, token: &str, billed: &Billed) -> Uuid {
    finalize(pool, &clock::now().date_naive().to_string()).await;
    let path = format!("/v1/customers/{}/invoices", billed.customer_id);
    let (_, page) = get(app, token, &path).await;
    page["data"][0]["id"].as_str().unwrap().parse().unwrap()
}

fn session_token(customer_id: Uuid, change: impl FnOnce(&mut DashboardConfig)) -> String {
    session_token_of(Dashboard::Invoices, customer_id, change)
}

fn session_token_of(
    dashboard: Dashboard,
    customer_id: Uuid,
    change: impl FnOnce(&mut DashboardConfig),
) -> String {
    let keys = Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())]);
    let mut config = DashboardConfig::new(dashboard);
    change(&mut config);
    let now = clock::now();
    let session = Session::new(Grant { customer_id, config }, now);
    keys.sign_session(&session, now).unwrap().token
}

#[sqlx::test(migrations = "./migrations")]
async fn page_pdf_csv_and_json_show_the_same_figures(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (billed, id) = invoiced(&pool, &app, &token, 40).await;
    let path = format!("/v1/customers/{}/invoices/{id}", billed.customer_id);
    let (_, json) = get(&app, &token, &path).await;
    let json: app::billing::Invoice = serde_json::from_value(json["data"].clone()).unwrap();

    let csv = fetch(&app, &token, &format!("{path}/csv")).await;
    assert_eq!(csv.status, StatusCode::OK, "{}", csv.text());
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert!(csv.headers["content-disposition"].to_str().unwrap().contains(".csv"), "{:?}", csv.headers);
    let csv = csv.text();
    let pdf = fetch(&app, &token, &format!("{path}/pdf")).await;
    assert_eq!(pdf.status, StatusCode::OK);
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    let (pages, pdf_text) = pdf_text(&pdf.body);
    assert_eq!(pages, 2, "{pdf_text}");
    assert!(pdf.body.len() <= 100_000, "{} bytes", pdf.body.len());
    let session = session_token(billed.customer_id, |_| {});
    let page = send(
        &app,
        Request::get(format!("/embed/invoices?invoice={id}&show=all"))
            .header("authorization", format!("Bearer {session}"))
            .body(Body::empty())
            .unwrap(),
    )
    .await
    .text();

    let dollars = |cents: &app::billing::Decimal| {
        app::view::money::money(cents, &app::billing::CreditType::usd_cents())
    };
    let mut figures = vec![dollars(&json.total)];
    figures.extend(json.line_items.iter().map(|line| dollars(&line.total)));
    assert!(figures.len() > 40, "{figures:?}");
    for figure in &figures {
        assert!(page.contains(figure), "{figure} on the page");
        assert!(pdf_text.contains(figure), "{figure} in the PDF: {pdf_text}");
        let plain = figure.replace([',', '$'], "");
        let is_there =
            [format!(",{plain},,USD,"), format!(",,{plain},USD,")].iter().any(|cells| csv.contains(cells));
        assert!(is_there, "{plain} in the CSV: {csv}");
    }
    for line in json.line_items.iter().filter_map(|line| line.quantity.as_ref()) {
        assert!(csv.contains(&format!(",{line},")), "{line} in the CSV");
    }
    let number = json.invoice_number.unwrap();
    for shown in [&page, &pdf_text, &csv] {
        assert!(shown.contains(&number), "{number}");
    }
    // What is shown adds up: the amounts of the CSV to its total.
    let sheet = Sheet::read(&csv);
    let amounts = sheet.column("Amount");
    let sum: app::billing::Decimal =
        amounts.iter().filter_map(|text| text.parse().ok()).collect::<Vec<_>>().iter().sum();
    assert_eq!(&sum * &app::billing::Decimal::from(100), json.total);
}

#[sqlx::test(migrations = "./migrations")]
async fn a_reader_gets_what_the_dashboard_shows_and_nothing_of_others(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (billed, id) = invoiced(&pool, &app, &token, 2).await;
    let path = format!("/v1/customers/{}/invoices/{id}/csv", billed.customer_id);
    let renamed = session_token(billed.customer_id, |config| {
        config.group_keys.0.push(GroupKeyOverride {
            group_key_name: "region".to_owned(),
            display_name: None,
            value_display_names: BTreeMap::from([("region-1".to_owned(), "=Frankfurt, Main".to_owned())]),
        });
    });
    let csv = fetch(&app, &renamed, &path).await.text();
    assert!(csv.contains(",\"'=Frankfurt, Main\","), "{csv}");
    let drafts_only = session_token(billed.customer_id, |config| {
        config.options.invoice_status_filter = app::embed::dashboard::StatusFilter::Draft;
    });
    assert_eq!(fetch(&app, &drafts_only, &path).await.status, StatusCode::NOT_FOUND);
    let stranger = session_token(Uuid::new_v4(), |_| {});
    assert_eq!(fetch(&app, &stranger, &path).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrations = "./migrations")]
async fn an_invoice_says_who_bills_where_that_is_configured(pool: PgPool) {
    let company = Company {
        name: Some("Initech GmbH".to_owned()),
        address: ["Hauptstraße 1", "10115 Berlin"].map(str::to_owned).to_vec(),
        tax_id: Some("VAT DE123456789".to_owned()),
    };
    let settings = Arc::new(Settings { company, ..Settings::default() });
    let said = server::router(AppState { settings, ..state(pool.clone()) });
    let (unsaid, token) = (app(pool.clone()).await, token(&pool).await);
    let (billed, id) = invoiced(&pool, &unsaid, &token, 1).await;
    let session = session_token(billed.customer_id, |_| {});
    let path = format!("/v1/customers/{}/invoices/{id}/pdf", billed.customer_id);
    let pdf = async |app: &Router| pdf_text(&fetch(app, &token, &path).await.body).1;
    let page =
        async |app: &Router| fetch(app, &session, &format!("/embed/invoices?invoice={id}")).await.text();
    let head =
        ["From", "InitechGmbH", "Hauptstraße1", "10115Berlin", "TaxID", "VATDE123456789", "Billto", "Acme"];
    let text = pdf(&said).await;
    let places: Vec<_> = head.iter().map(|part| text.find(*part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}: {text}");
    assert!(page(&said).await.contains("<dt>From</dt> <dd>Initech GmbH</dd>"));
    let text = pdf(&unsaid).await;
    assert!(text.contains("Billto") && !text.contains("From") && !text.contains("TaxID"), "{text}");
    assert!(!page(&unsaid).await.contains("<dt>From</dt>"));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_viewer_from_whom_amounts_are_hidden_gets_files_without_any(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (billed, id) = invoiced(&pool, &app, &token, 3).await;
    let open = session_token(billed.customer_id, |_| {});
    let hidden = session_token(billed.customer_id, |config| config.viewer.hide_amounts = true);
    let path = format!("/v1/customers/{}/invoices/{id}", billed.customer_id);
    let pdf = async |token: &str| pdf_text(&fetch(&app, token, &format!("{path}/pdf")).await.body).1;
    let (whole, without) = (pdf(&open).await, pdf(&hidden).await);
    for amount in ["$", "Unitprice", "Amount", "Total"] {
        assert!(whole.contains(amount) && !without.contains(amount), "{amount}: {without}");
    }
    assert!(without.contains("Quantity") && without.contains("Tokens"), "{without}");

    let csv = async |token: &str| fetch(&app, token, &format!("{path}/csv")).await.text();
    let (whole, without) = (csv(&open).await, csv(&hidden).await);
    let header = "Invoice,Status,Customer,Plan,First day (UTC),Last day (UTC),Issued,Due,Type,Product,Group key,Group,Item,\
                  Quantity";
    assert_eq!(without.lines().next().unwrap(), header);
    assert!(whole.lines().any(|line| line.contains(",total,")) && !without.contains(",total,"), "{without}");
    let quantities = |file: &str| -> Vec<String> {
        let cells = file.lines().filter(|line| !line.contains(",total,") && !line.contains(",subtotal,"));
        cells.map(|line| line.split(',').nth(13).unwrap().to_owned()).collect()
    };
    assert_eq!(quantities(&without), quantities(&whole));
}

#[sqlx::test(migrations = "./migrations")]
async fn names_that_turn_figures_round_are_made_harmless(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let billed = billed(&pool, &last_month(), None).await;
    let at = day(&last_month());
    used(&pool, &billed, at, 1_234, "\u{202e}10.99$ \u{2067}evil").await;
    used(&pool, &billed, at, 5_678, "ירושלים").await;
    let name = "update customer set name = E'Acme \\u202e gro.emca'";
    sqlx::query(name).execute(&pool).await.unwrap();
    let id = finalized(&pool, &app, &token, &billed).await;
    let path = format!("/v1/customers/{}/invoices/{id}", billed.customer_id);
    let pdf = pdf_text(&fetch(&app, &token, &format!("{path}/pdf")).await.body).1;
    let csv = fetch(&app, &token, &format!("{path}/csv")).await.text();
    let page = async |dashboard, query: &str| {
        let session = session_token_of(dashboard, billed.customer_id, |_| {});
        let page = fetch(&app, &session, &format!("/embed/{}?{query}", dashboard.as_str())).await.text();
        // What is read, and not what its app asks by: values as events spell them.
        let (before, data) = page.split_once("<script type=\"application/json\"").unwrap();
        format!("{before}{}", data.split_once("</script>").unwrap().1)
    };
    let invoice = page(Dashboard::Invoices, &format!("invoice={id}&show=all")).await;
    let usage = page(Dashboard::Usage, "group=region&window=90").await;
    let turning = |letter| {
        matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}' | '\u{200e}' | '\u{200f}')
    };
    for (place, text) in [("pdf", &pdf), ("csv", &csv), ("invoice", &invoice), ("usage", &usage)] {
        assert!(!text.contains(turning), "{place}: {text}");
        assert!(text.contains("10.99$"), "{place}: {text}");
    }
    assert!(pdf.contains("Acmegro.emca"), "{pdf}");
    // Right-to-left letters stand apart on a page, and as they are in a file.
    for page in [&invoice, &usage] {
        assert!(page.contains("\u{2068}ירושלים\u{2069}"), "{page}");
    }
    assert!(csv.contains(",ירושלים,"), "{csv}");
}

#[sqlx::test(migrations = "./migrations")]
async fn pdf_of_a_long_invoice_shows_its_largest_lines_and_adds_up(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let billed = billed(&pool, &last_month(), None).await;
    let events = (1..=3_000).map(|region| {
        let properties = format!(r#"{{"tokens": "{}", "region": "region-{region}"}}"#, region * 100);
        seed::event(&Uuid::new_v4().to_string(), billed.customer_id, day(&last_month()), &properties)
    });
    ingest::record(&pool, events.collect(), day(&last_month())).await.unwrap();
    let id = finalized(&pool, &app, &token, &billed).await;
    let path = format!("/v1/customers/{}/invoices/{id}", billed.customer_id);
    let (pages, pdf) = pdf_text(&fetch(&app, &token, &format!("{path}/pdf")).await.body);
    assert!((30..50).contains(&pages), "{pages}");
    let csv = fetch(&app, &token, &format!("{path}/csv")).await.text();
    let sheet = Sheet::read(&csv);
    let groups: Vec<_> = sheet.rows.iter().filter(|row| sheet.cell(row, "Type") == "group").collect();
    assert_eq!(groups.len(), 3_000);
    // 2,000 rows, of which three products take two each; the CSV has the same rows, in the order of the document.
    let amounts: Vec<app::billing::Decimal> =
        groups.iter().map(|row| sheet.cell(row, "Amount").parse().unwrap()).collect();
    assert!(amounts.is_sorted_by(|one, other| one >= other), "the largest first, as on the page");
    let shown = pdf.matches("region-").count();
    assert!((1_900..2_000).contains(&shown), "{shown}");
    assert!(pdf.contains("region-3000") && !pdf.contains("region-50$"), "the largest are shown");
    let rest: app::billing::Decimal = amounts[shown..].iter().sum();
    let rest = &rest * &app::billing::Decimal::from(100);
    let rest = app::view::money::money(&rest, &app::billing::CreditType::usd_cents());
    assert!(pdf.contains(&format!("{}morelines{rest}", with_commas(3_000 - shown))), "{rest}: {pdf}");
    assert!(pdf.contains("linesareshown;theCSVhasallofthem."), "{pdf}");
}

fn with_commas(number: usize) -> String {
    app::view::format::number(&number.to_string())
}

#[sqlx::test(migrations = "./migrations")]
async fn a_csv_says_whose_it_is_and_when_and_adds_up_once(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (billed, id) = invoiced(&pool, &app, &token, 3).await;
    let path = format!("/v1/customers/{}/invoices/{id}", billed.customer_id);
    let (_, json) = get(&app, &token, &path).await;
    let sheet = Sheet::read(&fetch(&app, &token, &format!("{path}/csv")).await.text());
    let date = |name: &str, days: i64| {
        let at: chrono::DateTime<chrono::Utc> = json["data"][name].as_str().unwrap().parse().unwrap();
        (at + Duration::days(days)).date_naive().to_string()
    };
    let expected = [
        ("Invoice", json["data"]["invoice_number"].as_str().unwrap().to_owned()),
        ("Status", "Finalized".to_owned()),
        ("Customer", "Acme".to_owned()),
        ("Plan", "Pro".to_owned()),
        ("First day (UTC)", date("start_timestamp", 0)),
        ("Last day (UTC)", date("end_timestamp", -1)),
        ("Issued", date("issued_at", 0)),
        ("Due", date("issued_at", 30)),
        ("Currency", "USD".to_owned()),
    ];
    for row in &sheet.rows {
        for (column, value) in &expected {
            assert_eq!(sheet.cell(row, column), value, "{column}");
        }
        let (amount, sum) = (sheet.cell(row, "Amount"), sheet.cell(row, "Sum"));
        assert!(amount.is_empty() != sum.is_empty(), "an amount stands in one column: {row:?}");
    }
    let groups: Vec<_> = sheet.rows.iter().filter(|row| sheet.cell(row, "Type") == "group").collect();
    assert_eq!(groups.len(), 3);
    for row in groups {
        assert_eq!((sheet.cell(row, "Product"), sheet.cell(row, "Group key")), ("Traffic", "region"));
        assert_eq!(sheet.cell(row, "Group"), sheet.cell(row, "Item"));
    }
    let sums: Vec<_> = sheet.rows.iter().filter(|row| !sheet.cell(row, "Sum").is_empty()).collect();
    let kinds: Vec<_> = sums.iter().map(|row| sheet.cell(row, "Type")).collect();
    assert_eq!(kinds, ["product", "total"], "only what others break down: {sums:?}");
    let number = |text: &str| text.parse::<app::billing::Decimal>().unwrap();
    let amounts: Vec<_> =
        sheet.column("Amount").into_iter().filter(|text| !text.is_empty()).map(number).collect();
    assert_eq!(amounts.iter().sum::<app::billing::Decimal>(), number(sheet.cell(sums[1], "Sum")));
}

#[sqlx::test(migrations = "./migrations")]
async fn a_file_of_the_api_has_the_names_that_are_asked_for(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (billed, id) = invoiced(&pool, &app, &token, 2).await;
    let path = format!("/v1/customers/{}/invoices/{id}", billed.customer_id);
    let names =
        r#"[{"group_key_name":"region","display_name":"Cluster","value_display_names":{"region-1":"Oslo"}}]"#;
    let query = |names: &str| {
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("bm_group_key_overrides", names)
            .finish()
    };
    let asked = query(names);
    let sheet = Sheet::read(&fetch(&app, &token, &format!("{path}/csv?{asked}")).await.text());
    let own = Sheet::read(&fetch(&app, &token, &format!("{path}/csv")).await.text());
    assert!(sheet.column("Group").contains(&"Oslo") && sheet.column("Group key").contains(&"Cluster"));
    assert!(own.column("Group").contains(&"region-1") && own.column("Group key").contains(&"region"));
    let pdf = pdf_text(&fetch(&app, &token, &format!("{path}/pdf?{asked}")).await.body).1;
    assert!(pdf.contains("Oslo") && !pdf.contains("region-1"), "{pdf}");
    for (wrong, message) in [
        ("{}", "bm_group_key_overrides: is not the list of getEmbeddableUrl as JSON: "),
        (r#"[{"group_key_name":""}]"#, "bm_group_key_overrides[0].group_key_name: is empty"),
        (
            r#"[{"group_key_name":"a","names":{}}]"#,
            "bm_group_key_overrides: is not the list of getEmbeddableUrl",
        ),
    ] {
        let (status, answer) = get(&app, &token, &format!("{path}/csv?{}", query(wrong))).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        assert!(answer["message"].as_str().unwrap().starts_with(message), "{answer}");
    }
}

/// Names as customers have them, in scripts that Inter lacks.
const NAMES: [&str; 10] = [
    "東京電力株式会社",
    "デンキとうきょう",
    "深圳市腾讯计算机",
    "臺北龜山",
    "서울특별시",
    "مكتب بيروت",
    "ירושלים",
    "กรุงเทพ",
    "भारत नगर",
    "Größe und Ελλάς",
];

#[sqlx::test(migrations = "./migrations")]
async fn names_of_every_script_are_text_in_embedded_fonts_of_the_pdf(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let billed = billed(&pool, &last_month(), None).await;
    for (at, name) in (0..).zip(NAMES) {
        used(&pool, &billed, day(&last_month()), 1_000 + at * 111, name).await;
    }
    sqlx::query("update customer set name = '株式会社 イカ'").execute(&pool).await.unwrap();
    let id = finalized(&pool, &app, &token, &billed).await;
    let pdf = fetch(&app, &token, &format!("/v1/customers/{}/invoices/{id}/pdf", billed.customer_id)).await;
    assert_eq!(pdf.status, StatusCode::OK);
    if let Some(file) = std::env::var_os("INLAY_WRITE_PDF") {
        std::fs::write(file, &pdf.body).unwrap();
    }
    // Of glyphs that stand for one letter together the first has its text, and this reader sees the others as unknown.
    let text = pdf_text(&pdf.body).1.replace('\u{fffd}', "");
    for name in NAMES.into_iter().chain(["株式会社 イカ"]) {
        let name: String = name.chars().filter(|letter| !letter.is_whitespace()).collect();
        // Letters written from right to left stand in the order in which they are seen.
        let turned: String = name.chars().rev().collect();
        assert!(text.contains(&name) || text.contains(&turned), "{name}: {text}");
    }
    let file = lopdf::Document::load_mem(&pdf.body).unwrap();
    let fonts: Vec<String> = file
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|dictionary| dictionary.has(b"FontFile2") || dictionary.has(b"FontFile3"))
        .filter_map(|dictionary| dictionary.get(b"FontName").ok()?.as_name().ok())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    for script in
        ["NotoSansCJK", "NotoSansArabic", "NotoSansHebrew", "NotoSansThai", "NotoSansDevanagari", "Inter"]
    {
        assert!(fonts.iter().any(|font| font.contains(script)), "{script} is embedded: {fonts:?}");
    }
    assert!(pdf.body.len() < 150_000, "only the glyphs that are used: {} bytes", pdf.body.len());
}

#[sqlx::test(migrations = "./migrations")]
async fn the_pages_buttons_download_with_the_token_in_the_body(pool: PgPool) {
    let (app, token) = (app(pool.clone()).await, token(&pool).await);
    let (billed, id) = invoiced(&pool, &app, &token, 2).await;
    let session = session_token(billed.customer_id, |_| {});
    let download = async |body: String| {
        send(&app, Request::post("/embed/invoices/download").body(Body::from(body)).unwrap()).await
    };
    for (format, media_type) in [("pdf", "application/pdf"), ("csv", "text/csv; charset=utf-8")] {
        let answer = download(format!("token={session}&{format}={id}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{format}");
        assert_eq!(answer.headers["content-type"], media_type);
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
    assert_eq!(download(format!("pdf={id}")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(download(format!("token=a.b.c&pdf={id}")).await.status, StatusCode::UNAUTHORIZED);
    let unknown = download(format!("token={session}&pdf={}", Uuid::new_v4())).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let other = session_token(Uuid::new_v4(), |_| {});
    assert_eq!(download(format!("token={other}&pdf={id}")).await.status, StatusCode::NOT_FOUND);
}
