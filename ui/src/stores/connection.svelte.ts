// The connection test: it goes on while other places are looked at, and what it found stays.
import type { Backend, ConnectionReport, ConnectionTest, Failure } from "../ipc";
import { toFailure } from "../ipc/failure";

export class ConnectionTests {
  /** Of the test that runs, or of the last one. */
  report = $state.raw<ConnectionReport | null>(null);
  running = $state(false);
  /** Why no test could begin. */
  failure = $state.raw<Failure | null>(null);
  /** What it found, for whoever runs the network. */
  text = $state("");

  constructor(private readonly backend: Backend) {}

  async run(request: ConnectionTest): Promise<void> {
    if (this.running) return;
    [this.running, this.report, this.failure, this.text] = [true, null, null, ""];
    try {
      this.report = await this.backend.testConnection(request, (report) => {
        if (this.running) this.report = report;
      });
      this.text = await this.backend.connectionText();
    } catch (reason) {
      this.failure = toFailure(reason);
    } finally {
      this.running = false;
    }
  }

  async stop(): Promise<void> {
    await this.backend.stopConnectionTest();
  }
}
