//! Upload Links and Workspaces for programs: the contract that the README tells. A guess [ND] from end to end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panic")]

mod common;

use common::{ADMIN, Program, json, quick};
use ferry_tenant::{Options, Place, Switches, Tenant};
use serde_json::{Value, json};

const CONTRIBUTOR: &str = "contributor@demo.test";

async fn tenant() -> Tenant {
    let quick = quick();
    let switches = Switches { places: true, ..quick.switches.clone() };
    Tenant::start(Options { switches, ..quick }).await.unwrap()
}

/// Without a token, or with another's.
async fn ask(tenant: &Tenant, what: &str, body: Value, token: Option<&str>) -> (u16, Value) {
    let request = common::http().post(format!("{}/places/v1/{what}", tenant.url()));
    let request = request.header("content-type", "application/json").body(body.to_string());
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), json(answer).await)
}

fn address(tenant: &Tenant, name: &str) -> String {
    tenant.place(name).unwrap().address(tenant.url())
}

async fn through(tenant: &Tenant, name: &str, token: Option<&str>) -> Program {
    let password = tenant.place(name).unwrap().password;
    let body = json!({ "address": address(tenant, name), "password": password });
    let (status, answer) = ask(tenant, "open", body, token).await;
    assert_eq!(status, 200, "{answer}");
    let token = answer["accessToken"].as_str().unwrap().to_owned();
    Program { token, ..Program::new(tenant, ADMIN) }
}

#[tokio::test]
async fn it_is_listed_for_users_and_strangers_only_where_it_is_on() {
    let tenant = tenant().await;
    let public = format!("{}/.well-known/canto-endpoints", tenant.url());
    let stranger = async || common::http().get(&public).send().await.unwrap();
    let base = format!("{}/places/v1", tenant.url());
    assert_eq!(json(stranger().await).await, json!({ "places": base }));
    assert_eq!(Program::new(&tenant, ADMIN).get("/api/v1/").await["places"], base.as_str());
    let announced = tenant.announcement();
    assert_eq!(announced["places"].as_array().unwrap().len(), 4, "{announced}");
    tenant.set_switches(Switches { places: false, ..tenant.switches() });
    assert!(stranger().await.text().await.unwrap().contains("web app"));
    assert!(Program::new(&tenant, ADMIN).get("/api/v1/").await.get("places").is_none());
    assert_eq!(tenant.announcement()["places"], json!([]));
}

#[tokio::test]
async fn who_is_let_in_and_who_is_not_is_said_by_a_code() {
    let tenant = tenant().await;
    let agency = address(&tenant, "Agency deliveries");
    let (_, seen) = ask(&tenant, "look", json!({ "address": agency }), None).await;
    assert_eq!(
        (&seen["asksPassword"], &seen["reviewed"], &seen["state"]),
        (&json!(true), &json!(true), &json!("open"))
    );
    assert!(!seen.to_string().contains(&tenant.place("Agency deliveries").unwrap().code), "{seen}");
    let refused = async |body: Value, token: Option<&str>| {
        let (status, answer) = ask(&tenant, "open", body, token).await;
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    };
    let open = |address: &str| json!({ "address": address });
    assert_eq!(refused(open(&agency), None).await, (403, "place_password".into()));
    assert_eq!(
        refused(open(&address(&tenant, "Spring open call")), None).await,
        (403, "place_expired".into())
    );
    let nowhere = format!("{}/uploadlink/none", tenant.url());
    assert_eq!(refused(open(&nowhere), None).await, (404, "place_missing".into()));
    let brand = address(&tenant, "Brand team");
    assert_eq!(refused(open(&brand), None).await.0, 401);
    let consumer = tenant.token_for(common::CONSUMER);
    assert_eq!(refused(open(&brand), Some(&consumer)).await, (403, "place_denied".into()));
    // A place's own token opens no other.
    let press = through(&tenant, "Press photos", None).await;
    assert_eq!(refused(open(&brand), Some(&press.token)).await, (403, "place_denied".into()));
    tenant.put_place(Place { closed: true, ..tenant.place("Press photos").unwrap() });
    let answer = press.call("GET", "/api/v1/user", None).await;
    assert_eq!(answer.status().as_u16(), 403);
    assert_eq!(json(answer).await["code"], "place_closed");
}

#[tokio::test]
async fn its_token_shows_that_place_and_nothing_else() {
    let tenant = tenant().await;
    let press = through(&tenant, "Press photos", None).await;
    let inbox = tenant.place("Press photos").unwrap().inbox().unwrap();
    let tree = press.get("/api/v1/tree").await;
    assert_eq!(tree["results"].as_array().unwrap().len(), 1, "{tree}");
    assert_eq!(tree["results"][0]["id"], inbox.as_str());
    let selects = tenant.node_id(&["Marketing", "Spring", "Selects"], true).unwrap();
    let admin = Program::new(&tenant, ADMIN);
    admin.upload("hidden.jpg", &selects, b"somebody else's").await;
    let hidden = admin.settled(1).await.remove(0);
    let path = format!("/api/v1/{}/{}", hidden["scheme"].as_str().unwrap(), hidden["id"].as_str().unwrap());
    assert_eq!(press.call("GET", &path, None).await.status().as_u16(), 403);
    assert_eq!(press.get("/api/v1/search?keyword=hidden").await["found"], 0);
    let listed = press.call("GET", &format!("/api/v1/album/{selects}"), None).await;
    assert_eq!(listed.status().as_u16(), 403);

    press.upload("shown.jpg", &inbox, b"a picture").await;
    // Into another album than its own.
    press.upload("astray.jpg", &selects, b"another picture").await;
    let mut told: Vec<_> = press.settled(2).await;
    told.sort_by_key(|item| item["name"].to_string());
    assert_eq!((&told[0]["status"], &told[1]["status"]), (&json!("Error"), &json!("Done")), "{told:?}");
    assert_eq!(press.get(&format!("/api/v1/album/{inbox}")).await["found"], 1);
    // The library's people see it where it was taken in, and the link's album nowhere.
    let contributor = Program::new(&tenant, CONTRIBUTOR);
    let found = contributor.get("/api/v1/search?keyword=shown").await;
    assert_eq!(found["results"][0]["relatedAlbums"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["results"][0]["relatedAlbums"][0]["name"], "Press 24/25");
    assert_eq!(contributor.call("GET", &format!("/api/v1/album/{inbox}"), None).await.status().as_u16(), 403);
    assert!(admin.status().await.iter().all(|item| item["name"] != "shown.jpg"), "each has its own list");

    // Full: nothing more is taken, and what was sent is still told of.
    tenant.put_place(Place { most_files: Some(1), ..tenant.place("Press photos").unwrap() });
    let full = press.call("GET", "/api/v1/upload/setting", None).await;
    assert_eq!(json(full).await["code"], "place_full");
    assert_eq!(press.status().await.len(), 2);
}

#[tokio::test]
async fn a_workspace_has_a_tree_of_its_own_for_its_members() {
    let tenant = tenant().await;
    let token = tenant.token_for(CONTRIBUTOR);
    let member = through(&tenant, "Brand team", Some(&token)).await;
    let made = json(member.call("POST", "/api/v1/folder/Ideas", None).await).await;
    assert_eq!(made["namePath"], "Ideas");
    let names = async |program: &Program| {
        let tree = program.get("/api/v1/tree?layer=1").await;
        let names =
            tree["results"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&member).await, ["Campaigns", "Ideas", "Logos"]);
    let whole = names(&Program::new(&tenant, ADMIN)).await;
    assert!(!whole.contains(&"Ideas".to_owned()) && whole.contains(&"Marketing".to_owned()), "{whole:?}");
    let user = member.get("/api/v1/user").await;
    assert_eq!((&user["email"], &user["name"]), (&json!(CONTRIBUTOR), &json!("Jonas Weber")));
}
