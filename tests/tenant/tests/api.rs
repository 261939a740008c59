//! Tree, rights, lists, edits, downloads, rate.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may fall over

mod common;

use common::{ADMIN, CONSUMER, Program, http, json, md5, noise, quick};
use ferry_tenant::{MissingRight, RateRule, Switches, Tenant};
use serde_json::json;

#[tokio::test]
async fn the_tree_has_its_oddities() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let tree = program.get("/api/v1/tree?sortBy=name&sortDirection=ascending&layer=-1").await;
    let top = tree["results"].as_array().unwrap();
    assert!(top.iter().all(|node| node["size"].is_string()));
    let marketing = top.iter().find(|node| node["name"] == "Marketing").unwrap();
    let below = marketing["children"].as_array().unwrap();
    let autumn: Vec<_> =
        below.iter().filter(|node| node["name"] == "Autumn").map(|node| &node["scheme"]).collect();
    assert_eq!(autumn.len(), 2, "a folder and an album of one name");
    assert!(below.iter().any(|node| node["namePath"] == "Marketing/Press 24/25"));
    let flat = program.get("/api/v1/tree?layer=1").await;
    assert!(flat["results"].as_array().unwrap().iter().all(|node| node.get("children").is_none()));
    let sees = |tree: &serde_json::Value| {
        tree["results"].as_array().unwrap().iter().any(|node| node["name"] == "Management")
    };
    let consumer = Program::new(&tenant, CONSUMER);
    assert!(sees(&tree) && !sees(&consumer.get("/api/v1/tree").await));
}

#[tokio::test]
async fn tokens_and_unknown_paths_answer_oddly() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    assert_eq!(http().get(format!("{}/api/v1/user", tenant.url())).send().await.unwrap().status(), 404);
    let wrong = http().get(format!("{}/api/v1/user", tenant.url())).bearer_auth("x").send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    for path in ["/api/v1/album", "/api/v1/uploads", "/api/v1/mycollections"] {
        let answer = program.call("GET", path, None).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
    }
    let bearer = http()
        .get(format!("{}/api/v1/", tenant.url()))
        .header("authorization", format!("bearer {}", program.token));
    assert!(json(bearer.send().await.unwrap()).await["uploadSetting"].is_string());
}

#[tokio::test]
async fn a_missing_right_shows_as_the_switch_says() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let consumer = Program::new(&tenant, CONSUMER);
    let hidden = tenant.node_id(&["Management", "Board portraits"], true).unwrap();
    for (how, status) in [
        (MissingRight::Unauthorized, 401),
        (MissingRight::Forbidden, 403),
        (MissingRight::NotFound, 404),
        (MissingRight::Silent, 200),
    ] {
        tenant.set_switches(Switches { missing_right: how, ..tenant.switches() });
        assert_eq!(consumer.call("POST", "/api/v1/folder/New", None).await.status(), status);
        assert_eq!(consumer.call("GET", &format!("/api/v1/album/{hidden}"), None).await.status(), status);
    }
    assert!(tenant.node_id(&["New"], false).is_none());
}

#[tokio::test]
async fn edits_show_in_the_detail() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    program.upload("a.jpg", "", b"x").await;
    let id = tenant.assets()[0].id.clone();
    let edit = json!({
        "contents": [{"id": id, "scheme": "image"}],
        "properties": [
            {"propertyId": "keyword", "propertyValue": "Outdoors,Lake", "action": "", "customField": false},
            {"propertyId": "meta_choice_0", "propertyValue": "Press", "action": "", "customField": true},
        ],
    });
    let answer = program.call("PUT", "/api/v1/batch/edit", Some(edit)).await;
    assert_eq!(answer.text().await.unwrap(), "success");
    program.call("PUT", &format!("/api/v1/image/{id}/tag/S%C3%BC%C3%9F%2F1"), None).await;
    let album = tenant.node_id(&["Inbox"], true).unwrap();
    let assign =
        json!({"albumPath": album, "contents": [{"scheme": "image", "id": id, "displayName": "a.jpg"}]});
    program.call("POST", "/api/v1/batch/album", Some(assign)).await;
    program.call("PUT", &format!("/api/v1/image/{id}/rename"), Some(json!({"name": "b.jpg"}))).await;
    let detail = program.get(&format!("/api/v1/image/{id}")).await;
    assert_eq!(detail["keyword"], json!(["Outdoors", "Lake"]));
    assert_eq!(detail["tag"], json!(["Süß/1"]));
    assert_eq!(detail["additional"]["Usage"], "Press");
    assert_eq!(detail["relatedAlbums"][0]["name"], "Inbox");
    let found = program.get("/api/v1/search?keyword=B.JPG&searchInField=filename&exactMatch=true").await;
    assert_eq!((&found["found"], &found["results"][0]["md5"]), (&json!(1), &json!(md5(b"x"))));
    let fields = program.get("/api/v1/custom/field").await;
    assert!(fields.as_array().unwrap().iter().any(|field| field["id"] == "meta_multichoice_0"));
    let gone =
        program.call("DELETE", "/api/v1/batch/folder", Some(json!([{"id": album, "scheme": "album"}]))).await;
    assert_eq!(json(gone).await["status"], "success");
    assert!(tenant.assets()[0].albums.is_empty());
}

#[tokio::test]
async fn a_strict_library_looks_at_values() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    program.upload("a.jpg", "", b"x").await;
    let id = tenant.assets()[0].id.clone();
    let edit = async |field: &str, value: &str| {
        let property =
            json!({"propertyId": field, "propertyValue": value, "action": "", "customField": true});
        let edit = json!({"contents": [{"id": id, "scheme": "image"}], "properties": [property]});
        program.call("PUT", "/api/v1/batch/edit", Some(edit)).await.status().as_u16()
    };
    let required = async || {
        let fields = program.get("/api/v1/custom/field").await;
        let is_required = |field: &&serde_json::Value| field["required"] == true;
        fields.as_array().unwrap().iter().filter(is_required).count()
    };
    assert_eq!((required().await, edit("meta_number_0", "twelve").await), (0, 200));
    tenant.set_switches(Switches { strict_metadata: true, ..tenant.switches() });
    assert_eq!(required().await, 1);
    for (field, value, status) in [
        ("meta_number_0", "12", 400),
        ("meta_choice_0", "Press", 200),
        ("meta_number_0", "12.5", 200),
        ("meta_number_0", "twelve", 400),
        ("meta_date_0", "2026-02-30", 400),
        ("meta_date_0", "2026-02-28", 200),
        ("meta_choice_0", "", 400),
    ] {
        assert_eq!(edit(field, value).await, status, "{field} = {value}");
    }
}

#[tokio::test]
async fn downloads_take_ranges() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    let bytes = noise(500_000);
    program.upload("a.bin", "", &bytes).await;
    let id = tenant.assets()[0].id.clone();
    let answer = program.call("GET", &format!("/api_binary/v1/other/{id}"), None).await;
    assert_eq!(answer.status(), 302);
    let url = answer.headers()["location"].to_str().unwrap().to_owned();
    let direct = program.call("GET", &format!("/api_binary/v1/other/{id}/directuri"), None).await;
    assert!(direct.text().await.unwrap().starts_with("http://"));
    let part = http().get(&url).header("range", "bytes=400000-").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 400000-499999/500000");
    assert_eq!(part.bytes().await.unwrap(), bytes[400_000..]);
    let other =
        http().get(&url).header("range", "bytes=1-").header("if-range", "\"other\"").send().await.unwrap();
    assert_eq!(other.bytes().await.unwrap(), bytes);
    assert_eq!(http().get(&url).header("range", "bytes=500000-").send().await.unwrap().status(), 416);
    tenant.advance_clock(std::time::Duration::from_secs(3601));
    assert_eq!(http().get(&url).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn strict_rate_ends_at_two_hundred() {
    let tenant = Tenant::start(quick()).await.unwrap();
    let program = Program::new(&tenant, ADMIN);
    assert!(program.call("GET", "/api/v1/user", None).await.headers().contains_key("ratelimit-limit"));
    for retry_after in [true, false] {
        tenant.advance_clock(std::time::Duration::from_secs(60));
        let rate = RateRule { strict: true, retry_after, ..RateRule::default() };
        tenant.set_switches(Switches { rate, ..tenant.switches() });
        let mut answered = 0;
        let refused = loop {
            let answer = program.call("GET", "/api/v1/user", None).await;
            assert!(!answer.headers().contains_key("ratelimit-limit"));
            if answer.status() == 429 {
                break answer;
            }
            answered += 1;
        };
        assert!((200..=400).contains(&answered), "{answered} (a minute may end in between)");
        assert_eq!(refused.headers().contains_key("retry-after"), retry_after);
    }
}
