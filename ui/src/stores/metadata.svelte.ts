// What is said about the files of an upload: the tenant's form, the values typed so far, and templates of them.
import type {
  AccountId,
  Backend,
  Failure,
  FileValues,
  MetadataForm,
  MetadataTemplate,
  MetadataValues,
  ValueRefusal,
} from "../ipc";
import { within } from "../format/paths";
import { toFailure } from "../ipc/failure";

const CHECK_MS = 300;
export const NO_VALUES: MetadataValues = { tags: [], keywords: [], description: null, fields: {} };
const NO_FORM: MetadataForm = { fields: [], description: true };

export type FormState = { at: "loading" } | { at: "here"; form: MetadataForm } | { at: "failed"; failure: Failure };

export class Metadata {
  state = $state.raw<FormState>({ at: "loading" });
  values = $state.raw<MetadataValues>(NO_VALUES);
  templates = $state.raw<MetadataTemplate[]>([]);
  /** The template whose values these are. */
  applied = $state.raw<MetadataTemplate | null>(null);
  refusals = $state.raw<ValueRefusal[]>([]);
  /** By path of a staged file. */
  files = $state.raw<ReadonlyMap<string, MetadataValues>>(new Map());
  private account: AccountId | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;

  constructor(private readonly backend: Backend) {}

  readonly form = $derived<MetadataForm>(this.state.at === "here" ? this.state.form : NO_FORM);
  /** Of values that are there: what is missing is said once, not beside every field. */
  readonly wrong = $derived(this.refusals.filter(({ value }) => value !== ""));
  readonly count = $derived(countOf(this.values));

  use(account: AccountId): void {
    if (account === this.account) return;
    this.account = account;
    this.templates = [];
    this.reset();
    void this.load();
  }

  async load(): Promise<void> {
    const { account } = this;
    if (account === null) return;
    this.state = { at: "loading" };
    let state: FormState;
    try {
      state = { at: "here", form: await this.backend.metadataForm(account) };
    } catch (reason) {
      state = { at: "failed", failure: toFailure(reason) };
    }
    if (account === this.account) this.state = state;
    const templates = await this.backend.listTemplates(account).catch(() => []);
    if (account === this.account) this.templates = templates;
  }

  set(part: Partial<MetadataValues>): void {
    this.values = { ...this.values, ...part };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check(), CHECK_MS);
  }

  /** What one file gets over what all get; nothing takes its entry away. */
  setFile(path: string, values: MetadataValues): void {
    this.setFiles([path], () => values);
  }

  /** The same for several; `change` makes a file's values from those that it has. */
  setFiles(paths: Iterable<string>, change: (own: MetadataValues) => MetadataValues): void {
    const files = new Map(this.files);
    for (const path of paths) {
      const values = change(files.get(path) ?? NO_VALUES);
      if (countOf(values) === 0) files.delete(path);
      else files.set(path, values);
    }
    this.files = files;
  }

  /** What goes with an upload; a file that isn't staged any more, nor its folder, is left out. */
  order(staged: readonly string[]): { values: MetadataValues; files: FileValues[] } {
    const isStaged = within(staged);
    const files = [...this.files].filter(([path]) => isStaged(path));
    return { values: this.values, files: files.map(([path, values]) => ({ path, values })) };
  }

  /** Of one file's values, without the fields that are empty. */
  async checkFile(values: MetadataValues): Promise<ValueRefusal[]> {
    if (this.account === null) return [];
    const refusals = await this.backend.checkMetadata(this.account, values).catch(() => []);
    return refusals.filter(({ value }) => value !== "");
  }

  reset(): void {
    this.round++;
    clearTimeout(this.timer);
    this.values = NO_VALUES;
    this.files = new Map();
    this.refusals = [];
    this.applied = null;
  }

  /** Whether the engine takes the values as they are now. */
  async check(): Promise<boolean> {
    clearTimeout(this.timer);
    const { account } = this;
    const round = ++this.round;
    if (account === null || this.count === 0) this.refusals = [];
    else {
      // Without an answer the engine decides when it takes the upload.
      const refusals = await this.backend.checkMetadata(account, this.values).catch(() => []);
      if (round === this.round) this.refusals = refusals;
    }
    return this.wrong.length === 0;
  }

  /** Over what is there: words are added, values replaced. */
  apply(template: MetadataTemplate): void {
    const { tags, keywords, description, fields } = template.values;
    this.set({
      tags: [...new Set([...this.values.tags, ...tags])],
      keywords: [...new Set([...this.values.keywords, ...keywords])],
      description: description ?? this.values.description,
      fields: { ...this.values.fields, ...fields },
    });
    this.applied = template;
  }

  async saveTemplate(template: MetadataTemplate): Promise<void> {
    if (this.account === null) return;
    await this.backend.saveTemplate(this.account, template);
    this.templates = await this.backend.listTemplates(this.account);
    this.applied = template;
  }

  async deleteTemplate({ name }: MetadataTemplate): Promise<void> {
    if (this.account === null) return;
    await this.backend.deleteTemplate(this.account, name);
    this.templates = await this.backend.listTemplates(this.account);
    if (this.applied?.name === name) this.applied = null;
  }

  async known(list: "tags" | "keywords", text: string): Promise<string[]> {
    if (this.account === null) return [];
    return this.backend.knownWords(this.account, list, text).catch(() => []);
  }
}

export function countOf({ tags, keywords, description, fields }: MetadataValues): number {
  return tags.length + keywords.length + (description === null ? 0 : 1) + Object.keys(fields).length;
}

/** The fields with others in one of them; no value is as good as no entry. */
export function withField(fields: MetadataValues["fields"], id: string, values: string[]): MetadataValues["fields"] {
  const others = Object.fromEntries(Object.entries(fields).filter(([other]) => other !== id));
  const kept = values.filter((value) => value.trim() !== "");
  return kept.length > 0 ? { ...others, [id]: kept } : others;
}
