// The connection test in the simulation: the steps of the engine, one after the other as the time goes on.
import type { ConnectionReport, ConnectionTest, Failure, NetworkWay, StepKind, TestStep } from "../bindings";
import { failureOf } from "./queue";

export const LINES = ["good", "store-blocked", "proxy-login"] as const;
export type Line = (typeof LINES)[number];

const STEP = 300;
const STORE = "uploads.canto-eu.s3-accelerate.amazonaws.com";
const SPEEDS = [4_100_000, 7_900_000, 11_800_000, 12_100_000];

type Said = Partial<Omit<TestStep, "step" | "host">>;
type Planned = [StepKind, string | null, Said];

interface Subject {
  tenant: string;
  user: string | null;
  uploads: number;
  now: number;
}

interface Run {
  report: ConnectionReport;
  planned: Planned[];
  tell: (report: ConnectionReport) => void;
  end: (report: ConnectionReport) => void;
}

export class FakeConnection {
  private running: Run | null = null;
  private last: ConnectionReport | null = null;
  private passed = 0;

  constructor(private readonly line: Line) {}

  run(request: ConnectionTest, subject: Subject, tell: (report: ConnectionReport) => void): Promise<ConnectionReport> {
    if (this.running) throw failureOf("RequestInvalid", "you", { reason: "test_running" });
    const report: ConnectionReport = {
      started_at: subject.now,
      tenant: subject.tenant,
      steps: [],
      hosts: [],
      latency: null,
      speed: null,
      uploads: subject.uploads,
      rest: null,
      version: "0.1.0",
      system: "macOS 15.1, aarch64",
      ended: false,
      cancelled: false,
    };
    return new Promise((end) => {
      this.running = { report, planned: plan(request, subject, this.line), tell, end };
      this.begin();
    });
  }

  advance(ms: number): void {
    this.passed += ms;
    for (; this.passed >= STEP; this.passed -= STEP) if (this.running) this.endStep();
  }

  stop(): void {
    if (this.running) this.finish(true);
  }

  text(): string {
    if (!this.last) throw failureOf("RequestInvalid", "you", { reason: "test_none" });
    return `Connections that Ferry needs\n${this.last.tenant}\n* ${this.last.tenant} | TCP 443\n* ${STORE} | TCP 443\n`;
  }

  private begin(): void {
    const run = this.running!;
    const next = run.planned[0];
    if (!next) return this.finish(false);
    const [step, host] = next;
    this.change({ steps: [...run.report.steps, { ...EMPTY, step, host, state: "running" }] });
  }

  private endStep(): void {
    const run = this.running!;
    const [step, host, said] = run.planned.shift()!;
    const millis = said.state === "skipped" ? 0 : 40 + run.report.steps.length * 23;
    const ended: TestStep = { ...EMPTY, step, host, millis, ...said };
    this.change({ steps: [...run.report.steps.slice(0, -1), ended] });
    if (step === "speed" && ended.state === "fine") this.change({ speed: measured() });
    if (step === "connect" && run.report.latency === null && ended.state === "fine") this.change({ latency: 38 });
    this.begin();
  }

  private finish(cancelled: boolean): void {
    const run = this.running!;
    const steps = run.report.steps.map((step): TestStep =>
      step.state === "running" ? { ...step, state: "skipped", word: "cancelled" } : step,
    );
    this.change({ steps, cancelled, ended: true });
    this.last = run.report;
    this.running = null;
    run.end(run.report);
  }

  private change(part: Partial<ConnectionReport>): void {
    const run = this.running!;
    run.report = { ...run.report, ...part };
    run.tell(run.report);
  }
}

const EMPTY: Omit<TestStep, "step" | "host"> = {
  state: "fine",
  millis: 0,
  word: null,
  values: {},
  way: null,
  failure: null,
};
const NOT_TRIED: Said = { state: "skipped", word: "earlier_failed" };

function plan(request: ConnectionTest, { tenant, user }: Subject, line: Line): Planned[] {
  const proxy = line === "proxy-login" ? "http://proxy.acme.example:3128" : null;
  const oauth = "oauth.canto.global";
  const way = (target: string): Said => ({
    way: {
      target,
      proxy,
      with_login: false,
      reason: proxy ? "system" : "nothing_set",
      rule: null,
      failure: null,
    } satisfies NetworkWay,
  });
  const name = (host: string, address: string): Planned => [
    "name",
    host,
    proxy ? { state: "skipped", word: "by_proxy" } : { word: "addresses", values: { addresses: address } },
  ];
  const failed = (failure: Failure): Said => ({ state: "failed", failure });
  const connect = (host: string, millis: string): Planned => [
    "connect",
    host,
    proxy
      ? failed(failureOf("ProxyAuthRequired", "you", { host }, "reach: ProxyAuthRequired (HTTP 407)"))
      : { word: "answered", values: { millis } },
  ];
  const hosts: Planned[] = [
    ["way", tenant, way(tenant)],
    name(tenant, "203.0.113.12, 203.0.113.13"),
    connect(tenant, "96"),
    ["way", oauth, way(oauth)],
    name(oauth, "203.0.113.40"),
    connect(oauth, "88"),
  ];
  if (user === null) return [...hosts, ["sign_in", null, { state: "skipped", word: "not_signed_in" }]];
  const none = (steps: StepKind[]): Planned[] => steps.map((step) => [step, null, NOT_TRIED]);
  if (proxy) return [...hosts, ...none(["sign_in", "rights", "setting", "send", "speed"])];
  const account: Planned[] = [
    ["sign_in", null, { word: "token_valid", values: { user } }],
    ["rights", null, { word: "may_upload" }],
    ["setting", null, { word: "setting_parts", values: { minutes: "300" } }],
    ["way", STORE, way(STORE)],
    name(STORE, "198.51.100.8"),
  ];
  if (line === "store-blocked") {
    const blocked = failureOf("NetworkTimeout", "it", { reason: "host", host: STORE }, "reach: TimedOut");
    return [...hosts, ...account, ["connect", STORE, failed(blocked)], ...none(["send", "speed"])];
  }
  const before: Planned[] = [...hosts, ...account, connect(STORE, "112")];
  if (!request.sample) {
    const off: Said = { state: "skipped", word: "sample_off" };
    return [...before, ["send", null, off], ["speed", null, off]];
  }
  const picture = { name: "Ferry connection test 2026-11-30 14-05.png", place: request.album?.path ?? "" };
  const whole: Planned[] = request.album
    ? [
        ["whole", null, { word: "confirmed", values: picture }],
        ["delete", null, { word: "deleted", values: picture }],
      ]
    : [["whole", null, { state: "skipped", word: "no_album" }]];
  return [
    ...before,
    ["send", STORE, { word: "sent", values: { bytes: "524288" } }],
    ["cut", STORE, { word: "cut_off", values: { out: "131072", bytes: "262144" } }],
    ["resume", STORE, { word: "gone_on", values: { kept: "2", sent: "2" } }],
    ["verify", STORE, { word: "verified", values: { parts: "4" } }],
    ["speed", null, { word: "measured", values: { speed: "12100000" } }],
    ["remove", null, { word: "removed" }],
    ...whole,
  ];
}

function measured(): ConnectionReport["speed"] {
  const levels = SPEEDS.map((speed, at) => ({ streams: 2 ** at, speed }));
  const advice = { streams: 4, speed: 11_800_000, part_size: 8 * 1024 * 1024, seconds: 848, taken_up: true };
  return { levels, limit: null, advice };
}
