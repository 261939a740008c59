// Signing in: from the address to the browser and back. Every end leads to a usable screen.
import type { AccountView, AddressView, Backend, Failure, PlaceOffer, SignInStarted } from "../ipc";
import { toFailure } from "../ipc/failure";

export type Step =
  | { at: "form" }
  | { at: "starting" }
  | { at: "browser"; started: SignInStarted }
  /** Where sign-ins are kept has to be said first; `locked`: in a file whose passphrase is wanted. */
  | { at: "vault"; locked: boolean };

/** What is known of the typed address. */
export type Look =
  { at: "untyped" } | { at: "looking" } | { at: "found"; address: AddressView } | { at: "wrong"; failure: Failure };

export class SignIn {
  /** Shown although there is an account: to add one, or to sign in again. */
  asked = $state(false);
  again = $state.raw<AccountView | null>(null);
  step = $state.raw<Step>({ at: "form" });
  failure = $state.raw<Failure | null>(null);
  look = $state.raw<Look>({ at: "untyped" });
  tenant = $state("");
  appId = $state("");
  appSecret = $state("");
  /** What an Upload Link may ask for. */
  email = $state("");
  password = $state("");
  /** Nobody has to sign in there. */
  readonly guest = $derived.by(() =>
    this.again ? this.again.place?.kind === "upload_link" : this.offer !== null && !this.offer.sign_in,
  );
  private round = 0;
  private typed = 0;

  constructor(
    private readonly backend: Backend,
    private readonly done: (account: AccountView) => void,
  ) {}

  show(again: AccountView | null): void {
    this.asked = true;
    this.again = again;
    this.tenant = again?.tenant ?? "";
    this.email = this.password = "";
    this.failure = null;
    this.look = { at: "untyped" };
    this.step = { at: "form" };
  }

  hide(): void {
    void this.cancel();
    this.asked = false;
    this.again = null;
  }

  /** Something was typed. The engine waits until nothing more is, and lets go of what it looked for before. */
  async type(): Promise<void> {
    const typed = ++this.typed;
    this.failure = null;
    const tenant = this.tenant.trim();
    this.look = tenant === "" ? { at: "untyped" } : { at: "looking" };
    const look = await this.backend.checkAddress(tenant).then<Look, Look>(
      (address) => ({ at: "found", address }),
      (reason: unknown) => ({ at: "wrong", failure: toFailure(reason) }),
    );
    if (typed === this.typed && tenant !== "") this.look = look;
  }

  /** What the tenant tells of the place at this address, where it lets programs know. */
  get offer(): PlaceOffer | null {
    return this.look.at === "found" ? this.look.address.offer : null;
  }

  /** Takes the address that was probably meant. */
  take(meant: string): void {
    this.tenant = meant;
    void this.type();
  }

  async openPlace(): Promise<void> {
    await this.backend.openPlace(this.tenant.trim()).catch((reason: unknown) => {
      this.failure = toFailure(reason);
    });
  }

  async start(): Promise<void> {
    const round = ++this.round;
    this.typed++;
    this.failure = null;
    this.step = { at: "starting" };
    try {
      if (this.guest) return await this.connect(round);
      const started = await this.backend.startSignIn({
        tenant: this.tenant.trim(),
        app_id: this.appId.trim() || null,
        app_secret: this.appSecret.trim() || null,
        again: this.again?.id ?? null,
        on_behalf_of: null,
      });
      if (round !== this.round) {
        await this.backend.cancelSignIn(started.flow);
        return;
      }
      this.step = { at: "browser", started };
      // Waiting begins before the browser opens: it may answer at once.
      const finished = this.backend.finishSignIn(started.flow);
      finished.catch(() => {});
      await this.backend.openSignInPage(started.flow).catch((reason: unknown) => {
        // The address can still be copied.
        this.failure = toFailure(reason);
      });
      const account = await finished;
      if (round === this.round) this.succeed(account);
    } catch (reason) {
      if (round !== this.round) return;
      const failure = toFailure(reason);
      this.fail(failure);
      // Sent off before it was known what the address is.
      if (failure.code === "RequestInvalid" && failure.params.reason === "place") void this.type();
    }
  }

  /** Asks for the passphrase, where sign-ins are kept under one. */
  async lookAtVault(): Promise<void> {
    const state = await this.backend.vaultState().catch(() => "open");
    if (state === "locked") {
      this.asked = true;
      this.step = { at: "vault", locked: true };
    }
  }

  async keepInFile(passphrase: string): Promise<void> {
    await this.settleVault(this.backend.unlockVault(passphrase));
  }

  /** Until the program ends; then everybody signs in again. */
  async keepNothing(): Promise<void> {
    await this.settleVault(this.backend.setSetting("secrets", "session"));
  }

  private async settleVault(choice: Promise<void>): Promise<void> {
    const { step } = this;
    this.failure = null;
    try {
      await choice;
    } catch (reason) {
      this.failure = toFailure(reason);
      return;
    }
    this.step = { at: "form" };
    if (step.at === "vault" && step.locked) this.asked = false;
    else await this.start();
  }

  private async connect(round: number): Promise<void> {
    const account = await this.backend.connectPlace({
      address: this.again ? null : this.tenant.trim(),
      email: this.email.trim() || null,
      password: this.password || null,
      again: this.again?.id ?? null,
    });
    if (round === this.round) this.succeed(account);
  }

  async openAgain(): Promise<void> {
    if (this.step.at !== "browser") return;
    this.failure = null;
    await this.backend.openSignInPage(this.step.started.flow).catch((reason: unknown) => {
      this.failure = toFailure(reason);
    });
  }

  async cancel(): Promise<void> {
    this.round++;
    const { step } = this;
    this.step = { at: "form" };
    this.failure = null;
    if (step.at === "browser") await this.backend.cancelSignIn(step.started.flow).catch(() => {});
  }

  private async askWhere(failure: Failure): Promise<void> {
    const state = await this.backend.vaultState().catch(() => "open");
    if (state === "open") {
      this.step = { at: "form" };
      this.failure = failure;
    } else {
      this.step = { at: "vault", locked: state === "locked" };
    }
  }

  private succeed(account: AccountView): void {
    this.step = { at: "form" };
    this.look = { at: "untyped" };
    this.appId = "";
    this.appSecret = this.email = this.password = "";
    if (account.place) this.tenant = "";
    this.asked = false;
    this.again = null;
    this.done(account);
  }

  private fail(failure: Failure): void {
    if (failure.code === "KeychainUnavailable" || failure.code === "PassphraseWrong") {
      void this.askWhere(failure);
      return;
    }
    this.step = { at: "form" };
    this.failure = failure.code === "SignInCancelled" ? null : failure;
  }
}
