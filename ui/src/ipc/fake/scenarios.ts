// What the fake starts with, by the name in `?scenario=`.
import type { AccountView, Destination, Failure, JobStateKind } from "../bindings";
import { FakeBatch, type Extra } from "./batch";
import { double } from "./duplicates";
import { failureOf, type FakeQueue } from "./queue";
import { fraction } from "./random";
import type { Shoot } from "./shoot";

export const SCENARIOS = [
  "empty", "signed-out", "ten", "busy", "million", "problems", "offline", "signin-required", "done", "managed", "damaged", "consumer", "rights", "accounts", "no-keychain", "locked", "upload-link", "place-closed", "duplicates", "duplicates-many", "duplicates-locked", "duplicates-others",
  "collections", "collections-new", "collections-trouble", "collections-moving", "collections-many",
  "sync", "sync-one", "sync-hundred", "sync-off", "sync-failed", "sync-loading",
] as const; // prettier-ignore
export type Scenario = (typeof SCENARIOS)[number];

export const ACCOUNT: AccountView = {
  id: 1,
  tenant: "acme.canto.com",
  tenant_url: "https://acme.canto.com",
  user_name: "Mira Sonntag",
  email: "mira.sonntag@acme.example",
  kind: "browser",
  state: "signed_in",
  rights: ["upload", "download"],
  place: null,
};

const MINUTE = 60_000;
const SELECTS: Destination = { kind: "album", id: "a1", path: "Marketing/Spring/Selects" };
const PACKSHOTS: Destination = { kind: "album", id: "a2", path: "Products/2026/Packshots" };
const EVENTS: Destination = { kind: "folder", id: "f3", path: "Events/Open day 2026" };

const SHOOT: Shoot = { seed: 4, folder: "/Users/mira/Pictures/Spring shoot", kind: "shoot" };
const ARTICLES: Shoot = { seed: 9, folder: "/Volumes/Studio/Packshots", kind: "packshots" };
const MIXED: Shoot = { seed: 21, folder: "/Users/mira/Desktop/Open day", kind: "mixed" };

interface Stage {
  queue: FakeQueue;
  now: number;
}

function add(
  { queue, now }: Stage,
  label: string,
  to: Destination,
  shoot: Shoot,
  count: number,
  minutes: number,
  state?: JobStateKind,
  account = 1,
) {
  const batch = new FakeBatch(
    queue.batches.length + 1,
    account,
    label,
    to,
    shoot,
    count,
    now - minutes * MINUTE,
    state,
  );
  queue.add(batch);
  return batch;
}

function done(stage: Stage, label: string, to: Destination, shoot: Shoot, count: number, minutes: number) {
  const batch = add(stage, label, to, shoot, count, minutes, "done");
  batch.finishedAt = batch.createdAt + Math.round(count * 1800);
  return batch;
}

function underWay({ queue }: Stage, batch: FakeBatch, finished: number, shares = [0.71, 0.92, 0.18, 0.44]): void {
  for (let index = 0; index < finished; index++) if (batch.state(index) === "queued") batch.move(index, "done");
  queue.start(batch, finished, "processing");
  queue.start(batch, finished + 1, "finishing", 1);
  shares.forEach((share, n) => queue.start(batch, finished + 2 + n, "uploading", share));
  queue.start(batch, finished + 2 + shares.length, "checking");
}

function problems({ now }: Stage, batch: FakeBatch, from: number): void {
  const attempt = (number: number, minutes: number, code: Parameters<typeof failureOf>[0]) => ({
    number,
    ended_at: now - minutes * MINUTE,
    failure: failureOf(code, "nobody", {}, `${code} after 30000 ms`),
  });
  const rows: [JobStateKind, Extra][] = [
    ["failed", { failure: failureOf("SourceMissing", "you", {}, "ENOENT: no such file or directory"), attempts: [attempt(1, 9, "SourceMissing")] }],
    ["failed", { failure: failureOf("IngestRefused", "canto", {}, "job 8fe1 ended with status FAILED"), attempts: [attempt(1, 12, "NetworkInterrupted"), attempt(2, 11, "NetworkTimeout"), attempt(3, 8, "IngestRefused")] }],
    ["blocked", { failure: failureOf("NoPermission", "admin", { right: "upload" }, "403 from /api/v1/upload/setting"), attempts: [attempt(1, 7, "NoPermission")] }],
    ["blocked", { failure: failureOf("DestinationRefused", "admin", {}, "403 on album a1") }],
    ["failed", { failure: failureOf("TooLarge", "canto", {}, "6 442 450 944 bytes") }],
    ["waiting", { waitingFor: "retry", readyAt: now + 45_000, failure: failureOf("TenantBusy", "nobody", {}, "429, retry-after 45"), attempts: [attempt(1, 1, "TenantBusy")] }],
    ["waiting", { waitingFor: "volume", failure: failureOf("VolumeAway", "you", { volume: "STUDIO" }, "ENOENT: no such file or directory") }],
    ["waiting", { waitingFor: "quiet", failure: failureOf("SourceChanged", "nobody") }],
  ]; // prettier-ignore
  rows.forEach(([state, extra], n) => batch.move(from + n, state, extra));
}

/** What each missing right looks like: of a place, of making albums in it, of seeing what arrived, and of uploading at all. */
function rights(stage: Stage): void {
  const press: Destination = { kind: "album", id: "a5", path: "Marketing/Press" };
  const put = (label: string, to: Destination, shoot: Shoot, count: number, from: number, failure: Failure) => {
    const batch = add(stage, label, to, shoot, count, 9 - from);
    for (let index = 0; index < count; index++) {
      if (index < from) batch.move(index, "done");
      else batch.move(index, "blocked", { failure });
    }
  };
  const of = (code: Failure["code"], right: string, reason: string, destination: string) =>
    failureOf(code, "admin", { right, reason, destination, tenant: ACCOUNT.tenant }, `403 (${right})`);
  put("Press kit", press, SHOOT, 41, 0, of("NoPermission", "place", "place", press.path));
  put("Packshots", PACKSHOTS, ARTICLES, 12, 4, of("NoPermission", "view", "view", PACKSHOTS.path));
  put("Open day", EVENTS, MIXED, 6, 0, of("DestinationRefused", "create_album", "create_album", EVENTS.path));
}

/** Some wait for a decision, some were left out, the others go on. */
function duplicates(stage: Stage): void {
  const batch = add(stage, "Spring shoot", SELECTS, SHOOT, 240, 14);
  batch.duplicates = "filename:ask";
  underWay(stage, batch, 40);
  for (let index = 60; index < 84; index++)
    double(batch, index, "blocked", {
      basis: "filename",
      certainty: "certain",
      ending: index === 61 ? ".TIF" : undefined,
    });
  for (let index = 84; index < 93; index++)
    double(batch, index, "blocked", { basis: "filename", certainty: "probably" });
  for (let index = 93; index < 96; index++)
    double(batch, index, "blocked", { basis: "filename", certainty: "certain", several: true });
  const fair = add(stage, "Packshots", PACKSHOTS, ARTICLES, 60, 9);
  fair.duplicates = "md5:ask";
  for (let index = 0; index < 5; index++)
    double(fair, index, "blocked", { basis: "md5", certainty: "certain", picture: index === 4 });
  for (let index = 5; index < 12; index++) double(fair, index, "skipped", { basis: "md5", certainty: "certain" });
  for (let index = 12; index < 40; index++) fair.move(index, "done");
  const open = add(stage, "Open day", EVENTS, MIXED, 46, 95, "done");
  for (let index = 0; index < 6; index++)
    double(open, index, "skipped", { basis: "md5", certainty: index === 4 ? "probably" : "certain" });
  open.finishedAt = open.createdAt + 90_000;
}

/** Two tenants, and two users of one of them. */
export const THREE: AccountView[] = [
  ACCOUNT,
  {
    ...ACCOUNT,
    id: 2,
    tenant: "zeta.canto.de",
    tenant_url: "https://zeta.canto.de",
    email: "mira@zeta.example",
    state: "sign_in_required",
  },
  { ...ACCOUNT, id: 3, user_name: "Jo Example", email: "jo@acme.example", rights: ["download"] },
];

/** The file is there, what was to be said about it is not. */
function refuse(batch: FakeBatch, index: number): void {
  const failure = failureOf(
    "MetadataRefused",
    "you",
    { field: "Usage rights", reason: "tenant" },
    "400: unknown choice",
  );
  const values = { tags: ["spring"], keywords: [], description: null, fields: { meta_text_copyright: ["Acme GmbH"] } };
  batch.extras.set(index, { metadata: { values, state: "refused", failure } });
}

export function prepare(scenario: Scenario, queue: FakeQueue, now: number): void {
  const stage = { queue, now };
  switch (scenario) {
    case "signed-out":
    case "no-keychain":
    case "damaged":
    case "empty":
    case "sync-one":
    case "sync-hundred":
    case "sync-failed":
    case "sync-loading":
      return;
    case "ten":
      add(stage, "Open day", EVENTS, MIXED, 10, 0);
      return;
    case "collections":
    case "collections-new":
    case "collections-trouble":
    case "collections-moving":
    case "collections-many":
    case "managed":
    case "done":
      done(stage, "Open day", EVENTS, MIXED, 46, 60 * 49);
      done(stage, "Packshots", PACKSHOTS, ARTICLES, 340, 95);
      refuse(done(stage, "Spring shoot", SELECTS, SHOOT, 24, 20), 5);
      return;
    case "million": {
      const batch = add(
        stage,
        "Archive 1998–2025",
        { kind: "folder", id: "f9", path: "Archive" },
        { ...ARTICLES, folder: "/Volumes/Archive" },
        1_000_000,
        240,
      );
      for (let index = 0; index < 120_000; index++) batch.move(index, "done");
      underWay(stage, batch, 120_000);
      return;
    }
    case "rights": {
      rights(stage);
      return;
    }
    case "accounts": {
      const batch = add(stage, "Spring shoot", SELECTS, SHOOT, 40, 14);
      underWay(stage, batch, 9);
      add(stage, "Packshots", PACKSHOTS, ARTICLES, 24, 5, undefined, 2);
      add(stage, "Open day", EVENTS, MIXED, 12, 3, undefined, 3);
      return;
    }
    case "upload-link":
    case "place-closed": {
      const link: Destination = { kind: "album", id: "link-1", path: "Press photos" };
      const batch = add(stage, "Spring shoot", link, SHOOT, 24, 14);
      for (let index = 0; index < 9; index++) batch.move(index, "done");
      if (scenario === "upload-link") return;
      const closed = failureOf("PlaceClosed", "owner", { place: "Press photos", owner: "Mara Lindqvist" });
      for (let index = 9; index < 24; index++) {
        batch.move(index, "waiting", { waitingFor: "sign_in", failure: closed });
      }
      return;
    }
    case "duplicates-locked":
    case "duplicates-others":
      return;
    case "duplicates":
      duplicates(stage);
      return;
    case "duplicates-many": {
      const batch = add(stage, "Archive 2025", PACKSHOTS, ARTICLES, 10_400, 14);
      batch.duplicates = "filename:ask";
      for (let index = 0; index < 10_000; index++)
        double(batch, index, "blocked", { basis: "filename", certainty: index % 8 === 7 ? "probably" : "certain" });
      underWay(stage, batch, 10_000, [0.3]);
      return;
    }
    case "problems": {
      done(stage, "Packshots", PACKSHOTS, ARTICLES, 340, 95);
      const batch = add(stage, "Spring shoot", SELECTS, SHOOT, 240, 14);
      underWay(stage, batch, 40);
      problems(stage, batch, 52);
      for (let n = 0; n < 41; n++) {
        batch.move(70 + n * 2, "blocked", { failure: failureOf("DestinationRefused", "admin", {}, "403 on album a1") });
      }
      return;
    }
    default: {
      done(stage, "Open day", EVENTS, MIXED, 46, 60 * 49);
      done(stage, "Packshots", PACKSHOTS, ARTICLES, 340, 95);
      const batch = add(stage, "Spring shoot", SELECTS, SHOOT, 2016, 14);
      underWay(stage, batch, 812);
      batch.move(823, "paused");
      batch.move(824, "waiting", {
        waitingFor: "retry",
        readyAt: now + 45_000,
        failure: failureOf("TenantBusy", "nobody", {}, "429"),
      });
      for (let n = 0; n < 3; n++) {
        batch.move(830 + n * 3 + Math.floor(fraction(4, n) * 2), "blocked", {
          failure: failureOf("DestinationRefused", "admin", {}, "403"),
        });
      }
      add(
        stage,
        "Trade fair",
        { kind: "album", id: "a7", path: "Events/Trade fair Köln/Stand" },
        { ...MIXED, seed: 77 },
        64,
        2,
      );
    }
  }
}
