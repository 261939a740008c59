// Everything the views share, made once and found through Svelte's context.
import { getContext, setContext } from "svelte";
import { t } from "../i18n";
import type { AccountView, AskedView, Backend, ControlResult, JobAction, JobSelection, QueueSpot } from "../ipc";
import { Collections } from "./collections.svelte";
import { ConnectionTests } from "./connection.svelte";
import { Decisions } from "./decisions.svelte";
import { EngineState } from "./engine.svelte";
import { History } from "./history.svelte";
import { Motion } from "./motion.svelte";
import { Notices } from "./notices.svelte";
import { JobPages } from "./pages.svelte";
import { QueueView } from "./queue.svelte";
import { Selection } from "./selection.svelte";
import { SignIn } from "./session.svelte";
import { MeasuredSpeed } from "./speed.svelte";
import { Settings } from "./settings.svelte";
import { Staging } from "./staging.svelte";
import { WatchedFolders } from "./sync.svelte";

const KEY = Symbol("ferry");
const ACCOUNT = "ferry.account";

export type Place = "uploads" | "sync" | "collections" | "history" | "settings";

/** Asked before something is lost. */
export interface Question {
  title: string;
  text: string;
  run: () => void;
}

export class Ferry {
  readonly engine: EngineState;
  readonly motion = new Motion();
  readonly speed = new MeasuredSpeed(Date.now());
  readonly notices = new Notices();
  readonly pages: JobPages;
  readonly queue: QueueView;
  readonly selection: Selection;
  readonly staging: Staging;
  readonly signIn: SignIn;
  readonly history: History;
  readonly settings: Settings;
  readonly connection: ConnectionTests;
  readonly decisions: Decisions;
  readonly collections: Collections;
  readonly folders: WatchedFolders;
  question = $state.raw<Question | null>(null);
  place = $state<Place>("uploads");
  version = $state("");
  /** Goes on once a second, for texts that count. */
  now = $state(Date.now());
  private readonly early: string[] = [];
  private chosen = $state(Number(localStorage.getItem(ACCOUNT) ?? 0));

  constructor(readonly backend: Backend) {
    const session = Date.now();
    this.engine = new EngineState(backend);
    this.pages = new JobPages(backend);
    this.queue = new QueueView(this.engine, this.pages, () => session);
    this.selection = new Selection(backend, this.pages, () => this.queue.layout);
    this.staging = new Staging(backend);
    this.history = new History(backend);
    this.settings = new Settings(backend);
    this.connection = new ConnectionTests(backend);
    this.decisions = new Decisions(backend, (n) =>
      this.notices.ask(t("decide.notice", { n }), { label: t("decide.open"), run: () => this.decisions.open() }),
    );
    this.collections = new Collections(backend, ({ name, removals }) =>
      this.notices.ask(t("collections.notice", { name, n: removals }), {
        label: t("collections.notice_look"),
        run: () => (this.place = "collections"),
      }),
    );
    this.folders = new WatchedFolders(backend);
    backend.appVersion().then(
      (version) => (this.version = version),
      () => {},
    );
    this.signIn = new SignIn(backend, (account) => {
      this.choose(account.id);
      this.notices.say(t("signin.done", { tenant: account.place?.name ?? account.tenant }));
      this.staging.add(this.early.splice(0), account.id);
    });
    this.engine.onChanges((changes, batches) => {
      this.pages.changed(changes, batches);
      this.queue.keepOpen(batches);
    });
    this.engine.onEvent((event) => {
      // The snapshot comes as progress, too.
      const { blocked = 0 } = this.engine.totals.jobs;
      if (event.event === "jobs_changed") this.decisions.changed(blocked, event.changes);
      else if (event.event === "progress") this.decisions.changed(blocked, null);
      if (event.event === "progress") {
        this.motion.take(event.frame, Date.now());
        this.speed.take(event.frame.speed, Date.now());
      }
      if (event.event === "collection_changed") this.collections.changed(event.collection);
      this.folders.hear(event);
      if (event.event === "settings_changed") this.settings.load().catch(() => {});
      if (event.event === "batch_finished" && this.history.loaded) void this.history.reload();
    });
  }

  /** Those that did not sign out. */
  readonly present = $derived.by(() => this.engine.accounts.filter((account) => account.state !== "signed_out"));

  /** Where new uploads go. */
  readonly account = $derived.by<AccountView | null>(
    () => this.present.find((account) => account.id === this.chosen) ?? this.present[0] ?? null,
  );

  /** The account that has to sign in before anything goes on. */
  readonly unsigned = $derived.by(() => this.engine.accounts.find(needsSignIn) ?? null);

  /** Two users of one tenant are told apart. */
  nameOf(one: AccountView): string {
    if (one.place) return `${one.place.name} · ${t(`place.kind_${one.place.kind}`)} · ${one.tenant}`;
    const alike = this.engine.accounts.filter((other) => other.tenant === one.tenant && !other.place);
    return alike.length > 1 ? `${one.tenant} · ${one.user_name || one.email}` : one.tenant;
  }

  choose(account: number): void {
    this.chosen = account;
    localStorage.setItem(ACCOUNT, String(account));
  }

  control(action: JobAction, selection: JobSelection): Promise<ControlResult | undefined> {
    return this.notices.attempt(this.backend.control(action, selection));
  }

  /** Sends and fetches nothing for so many hours. */
  async restFor(hours: number): Promise<void> {
    const until = new Date(Date.now() + hours * 3_600_000).toISOString();
    await this.notices.attempt(this.backend.setSetting("rest_until", until));
  }

  /** Ends a pause of hours. */
  async goOn(): Promise<void> {
    await this.notices.attempt(this.backend.setSetting("rest_until", null));
  }

  /** Puts files that wait beside another one that waits. */
  move(selection: JobSelection, spot: QueueSpot): Promise<ControlResult | undefined> {
    return this.notices.attempt(this.backend.moveJobs(selection, spot));
  }

  /** Before there is an account, paths wait for it. */
  stage(paths: string[]): void {
    if (this.account && !this.signIn.asked) this.staging.add(paths, this.account.id);
    // Not by spreading: WebKit takes 65,536 arguments.
    else for (const path of paths) this.early.push(path);
  }

  /** What was dropped or opened: in Auto Sync it is folders to be watched. */
  take(paths: string[]): void {
    if (this.place === "sync" && this.account && !this.signIn.asked && !this.staging.open) this.folders.adding = paths;
    else this.stage(paths);
  }

  showView(view: AskedView): void {
    if (view === "problems") this.queue.show("problems");
    this.place = view === "problems" ? "uploads" : "history";
  }

  async pickWatched(): Promise<void> {
    this.folders.adding = (await this.notices.attempt(this.backend.pickFolders())) ?? [];
  }

  async pick(what: "files" | "folders"): Promise<void> {
    const picking = what === "files" ? this.backend.pickFiles() : this.backend.pickFolders();
    this.stage((await this.notices.attempt(picking)) ?? []);
  }

  tick(): void {
    this.now = Date.now();
    this.motion.tick(this.now);
  }
}

const needsSignIn = (account: AccountView): boolean => account.state === "sign_in_required";

export const provideFerry = (ferry: Ferry): Ferry => setContext(KEY, ferry);
export const useFerry = (): Ferry => getContext<Ferry>(KEY);
