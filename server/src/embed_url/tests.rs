//! What a token must survive, and what it must not.

use super::*;
use app::embed::{Dashboard, DashboardOptions};
use jsonwebtoken::{Algorithm, EncodingKey};
use proptest::prelude::*;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn grant() -> Grant {
    let config =
        DashboardConfig { options: DashboardOptions::default(), ..DashboardConfig::new(Dashboard::Usage) };
    Grant { customer_id: Uuid::from_u128(7), config }
}

fn keys(kid: &str, byte: u8) -> Keys {
    Keys::new(vec![(kid.to_owned(), vec![byte; 32])])
}

fn embed_token() -> String {
    keys("a", 1).sign_embed(&grant(), None, Duration::minutes(15), now()).unwrap().token
}

/// A token signed with the right secret, but with this header and these claims.
fn forged(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let key = EncodingKey::from_secret(&[1; 32]);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

/// The decoded header and claims of a token.
fn parts(token: &str) -> (String, String) {
    let mut parts = token
        .split('.')
        .map(|part| String::from_utf8_lossy(&URL_SAFE_NO_PAD.decode(part).unwrap()).into_owned());
    (parts.next().unwrap(), parts.next().unwrap())
}

#[test]
fn an_embed_token_opens_its_customers_page() {
    let session = keys("a", 1).verify_address(&embed_token(), now() + Duration::minutes(14)).unwrap();
    assert_eq!(session.grant, grant());
    assert_eq!(session.opened_at, now() + Duration::minutes(14));
}

#[test]
fn expired_url_is_rejected() {
    let keys = keys("a", 1);
    let signed = keys.sign_embed(&grant(), None, Duration::minutes(15), now()).unwrap();
    assert_eq!(signed.expires_at, now() + Duration::minutes(15));
    assert!(keys.verify_address(&signed.token, signed.expires_at - Duration::seconds(1)).is_ok());
    assert_eq!(keys.verify_address(&signed.token, signed.expires_at), Err(InvalidToken));
}

#[test]
fn a_token_from_the_future_is_rejected() {
    assert!(keys("a", 1).verify_address(&embed_token(), now() - Duration::seconds(30)).is_ok());
    assert_eq!(keys("a", 1).verify_address(&embed_token(), now() - Duration::minutes(2)), Err(InvalidToken));
}

#[test]
fn another_key_or_key_id_is_rejected() {
    assert_eq!(keys("a", 2).verify_address(&embed_token(), now()), Err(InvalidToken));
    assert_eq!(keys("b", 1).verify_address(&embed_token(), now()), Err(InvalidToken));
    assert_eq!(Keys::new(Vec::new()).verify_address(&embed_token(), now()), Err(InvalidToken));
    assert_eq!(
        Keys::new(Vec::new()).sign_embed(&grant(), None, Duration::minutes(1), now()),
        Err(InvalidToken)
    );
}

#[test]
fn a_retired_key_still_verifies_and_the_first_signs() {
    let rotated = Keys::new(vec![("b".to_owned(), vec![2; 32]), ("a".to_owned(), vec![1; 32])]);
    assert!(rotated.verify_address(&embed_token(), now()).is_ok());
    let token = rotated.sign_embed(&grant(), None, Duration::minutes(15), now()).unwrap().token;
    assert!(keys("b", 2).verify_address(&token, now()).is_ok());
    assert!(keys("a", 1).verify_address(&token, now()).is_err());
}

#[test]
fn a_token_is_good_for_its_own_purpose_alone() {
    let keys = keys("a", 1);
    let session = Session::new(grant(), now());
    let tokens = [
        (Purpose::Embed, embed_token()),
        (Purpose::Session, keys.sign_session(&session, now()).unwrap().token),
        (Purpose::Link, keys.sign_link(&session, now()).unwrap().token),
    ];
    for (purpose, token) in &tokens {
        for (other, _) in &tokens {
            let verified = keys.verify(*other, token, now());
            match verified {
                // A URL opens another session each time.
                Ok(opened) if *purpose == Purpose::Embed => {
                    assert_eq!((opened.grant, opened.opened_at), (grant(), now()));
                }
                verified => {
                    let own = if other == purpose { Ok(session.clone()) } else { Err(InvalidToken) };
                    assert_eq!(verified, own, "{purpose:?} as {other:?}");
                }
            }
        }
        let opens = |verified: Result<Session, InvalidToken>| verified.is_ok();
        assert_eq!(opens(keys.verify_address(token, now())), *purpose != Purpose::Session, "{purpose:?}");
        assert_eq!(opens(keys.verify_session(token, now())), *purpose == Purpose::Session, "{purpose:?}");
    }
}

#[test]
fn a_session_is_told_from_others_and_goes_on_with_what_its_url_had_seen() {
    let keys = keys("a", 1);
    let url = keys.sign_embed(&grant(), Some(7), Duration::minutes(15), now()).unwrap();
    let later = now() + Duration::minutes(5);
    let [first, second] = [(); 2].map(|()| keys.verify_address(&url.token, later).unwrap());
    assert_ne!(first.id, second.id, "each load of a URL is a session of its own");
    for session in [&first, &second] {
        assert_eq!((session.url_id, session.seen), (Some(url.id), Some(7)));
        assert_eq!((session.valid_from, session.opened_at), (now(), later));
    }
    let token = keys.sign_session(&first, later).unwrap().token;
    let opened = keys.verify_session(&token, later).unwrap();
    assert_eq!((opened.id, opened.url_id, opened.seen), (first.id, None, Some(7)));
    assert_eq!(opened.valid_from, later);
    let link = keys.sign_link(&opened, later).unwrap().token;
    assert_eq!(keys.verify_address(&link, later).unwrap(), opened);
}

#[test]
fn a_session_token_without_its_session_is_rejected() {
    let keys = keys("a", 1);
    let token = keys.sign_session(&Session::new(grant(), now()), now()).unwrap().token;
    let (header, claims) = parts(&token);
    let mut claims: serde_json::Value = serde_json::from_str(&claims).unwrap();
    assert!(keys.verify_session(&forged(&header, &claims.to_string()), now()).is_ok());
    claims.as_object_mut().unwrap().remove("sid");
    assert_eq!(keys.verify_session(&forged(&header, &claims.to_string()), now()), Err(InvalidToken));
}

#[test]
fn a_link_lasts_ten_minutes_and_never_longer_than_its_session() {
    let keys = keys("a", 1);
    let session = Session::new(grant(), now());
    for (after, lasts) in [
        (Duration::zero(), Duration::minutes(10)),
        (SESSION_LIFE - Duration::minutes(3), Duration::minutes(3)),
    ] {
        let signed = keys.sign_link(&session, now() + after).unwrap();
        assert_eq!(signed.expires_at, now() + after + lasts);
        let opened = keys.verify_address(&signed.token, signed.expires_at - Duration::seconds(1)).unwrap();
        assert_eq!(opened, session, "it does not begin anew");
        assert_eq!(keys.verify_address(&signed.token, signed.expires_at), Err(InvalidToken));
    }
    assert_eq!(keys.sign_link(&session, now() + SESSION_LIFE), Err(InvalidToken));
}

#[test]
fn a_session_lasts_half_an_hour_and_is_renewed_for_twelve() {
    let keys = keys("a", 1);
    let mut session = Session::new(grant(), now());
    let mut time = now();
    let mut renewals = 0;
    while let Ok(signed) = keys.sign_session(&session, time) {
        assert!(signed.expires_at <= now() + SESSION_LIFE);
        assert!(signed.expires_at <= time + SESSION_TTL);
        session = keys.verify_session(&signed.token, time).unwrap();
        assert_eq!(session.opened_at, now());
        time += Duration::minutes(25);
        renewals += 1;
    }
    assert_eq!(renewals, 29); // 28 × 25 minutes = 11:40, the last one is cut to 12:00.
}

#[test]
fn only_the_exact_header_is_accepted() {
    let (header, claims) = parts(&embed_token());
    assert_eq!(header, r#"{"typ":"embed+jwt","alg":"HS256","kid":"a"}"#);
    let keys = keys("a", 1);
    assert!(keys.verify_address(&forged(&header, &claims), now()).is_ok());
    for header in [
        r#"{"typ":"embed+jwt","alg":"none","kid":"a"}"#,
        r#"{"typ":"embed+jwt","alg":"HS512","kid":"a"}"#,
        r#"{"typ":"JWT","alg":"HS256","kid":"a"}"#,
        r#"{"typ":"session+jwt","alg":"HS256","kid":"a"}"#,
        r#"{"typ":"link+jwt","alg":"HS256","kid":"a"}"#,
        r#"{"typ":"embed+jwt","alg":"HS256"}"#,
        r#"{"alg":"HS256","typ":"embed+jwt","kid":"a"}"#,
        r#"{"typ":"embed+jwt","alg":"HS256","kid":"a","crit":["exp"]}"#,
    ] {
        assert_eq!(keys.verify_address(&forged(header, &claims), now()), Err(InvalidToken), "{header}");
    }
    let unsigned =
        |header: &str| format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(&claims));
    assert_eq!(keys.verify_address(&unsigned(&header), now()), Err(InvalidToken));
    assert_eq!(keys.verify_address(&unsigned(r#"{"alg":"none"}"#), now()), Err(InvalidToken));
}

#[test]
fn every_claim_must_be_there_and_right() {
    let (header, claims) = parts(&embed_token());
    let claims: serde_json::Value = serde_json::from_str(&claims).unwrap();
    let verify = |claims: &serde_json::Value| {
        keys("a", 1).verify_address(&forged(&header, &claims.to_string()), now())
    };
    assert!(verify(&claims).is_ok());
    for name in ["iss", "aud", "sub", "iat", "exp", "jti", "v"] {
        let mut without = claims.clone();
        without.as_object_mut().unwrap().remove(name);
        assert_eq!(verify(&without), Err(InvalidToken), "{name}");
    }
    let changes = [
        ("aud", serde_json::json!("session")),
        ("aud", serde_json::json!(["x"])),
        ("iss", serde_json::json!("somebody")),
        ("sub", serde_json::json!("*")),
        ("exp", serde_json::json!("tomorrow")),
        ("exp", serde_json::json!(i64::MAX)),
        ("auth_time", serde_json::json!(1)),
        ("sid", serde_json::json!(Uuid::from_u128(1))),
        ("r", serde_json::json!("1")),
        ("scope", serde_json::json!("write")),
    ];
    for (name, value) in changes {
        let mut changed = claims.clone();
        changed[name] = value;
        assert_eq!(verify(&changed), Err(InvalidToken), "{name}");
    }
}

proptest! {
    #[test]
    fn any_changed_byte_is_rejected(position in 0_usize..4_000, byte in 0_u8..128) {
        let token = embed_token();
        let position = position % token.len();
        let mut bytes = token.clone().into_bytes();
        prop_assume!(bytes[position] != byte);
        bytes[position] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert_eq!(keys("a", 1).verify_address(&changed, now()), Err(InvalidToken));
    }

    #[test]
    fn any_text_is_rejected_without_a_panic(text in ".{0,200}") {
        prop_assert_eq!(keys("a", 1).verify_address(&text, now()), Err(InvalidToken));
    }
}
