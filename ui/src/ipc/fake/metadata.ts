// What a tenant lets people say about assets: a form with fields of every kind, and the words used before.
import type {
  Enqueue,
  Failure,
  FieldView,
  MetadataForm,
  MetadataTemplate,
  MetadataValues,
  MissingField,
  ValueRefusal,
} from "../bindings";
import { failureOf } from "./queue";
import type { TenantKind } from "./tenant";

const field = (kind: FieldView["kind"], name: string, choices: string[] = [], required = false): FieldView => {
  const id = `meta_${kind}_${name.toLowerCase().replace(/[^a-z]+/g, "_")}`;
  return { id, name, kind, choices, required };
};

const FIELDS: FieldView[] = [
  field("text", "Photographer"),
  field("text", "Copyright", [], true),
  field("date", "Shot on"),
  field("choice", "Usage rights", ["Internal only", "Press", "Advertising", "Unlimited"], true),
  field("date", "Usage ends"),
  field("multi_choice", "Channels", ["Website", "Social media", "Print", "Out of home", "Trade fair", "Newsletter"]),
  field("choice", "Season", ["Spring", "Summer", "Autumn", "Winter"]),
  field("number", "Article number"),
  field("url", "Product page"),
  field("label", "Department"),
  field("rating", "Rating"),
  field("other", "Notes for the archive"),
];

const WORDS = {
  tags: [
    "spring",
    "spring 2026",
    "summer",
    "selects",
    "packshot",
    "portrait",
    "behind the scenes",
    "Köln",
    "retouched",
  ],
  keywords: ["outdoor", "studio", "people", "product", "architecture", "landscape", "close-up", "black and white"],
};

const EMPTY: MetadataValues = { tags: [], keywords: [], description: null, fields: {} };

const WRONG: Partial<Record<FieldView["kind"], (value: string, field: FieldView) => boolean>> = {
  number: (value) => !/^-?\d+([.,]\d+)?$/.test(value),
  date: (value) => !/^\d{4}-\d{2}-\d{2}$/.test(value) || new Date(value).toJSON()?.slice(0, 10) !== value,
  url: (value) => !/^https?:\/\/\S+\.\S+$/.test(value),
  rating: (value) => !/^[0-5]$/.test(value),
  choice: (value, { choices }) => !choices.includes(value),
  multi_choice: (value, { choices }) => !choices.includes(value),
};

export class FakeMetadata {
  readonly form: MetadataForm;
  private templates: MetadataTemplate[];

  constructor(tenant: TenantKind) {
    const fields = FIELDS.map((field) => ({ ...field, required: field.required && tenant === "strict" }));
    this.form = { fields: tenant === "empty" ? [] : fields, description: tenant !== "empty" };
    this.templates =
      tenant === "empty"
        ? []
        : [
            {
              name: "Press pictures",
              values: this.values(["press"], { Copyright: "Acme GmbH", "Usage rights": "Press" }),
            },
            { name: "Studio shoot", values: this.values(["packshot"], { Photographer: "Mira Sonntag", Rating: "3" }) },
          ];
  }

  check(values: MetadataValues): ValueRefusal[] {
    const wrong = Object.entries(values.fields).flatMap(([id, list]) =>
      list.flatMap((value) => this.refuse(id, value, null)),
    );
    const empty = this.form.fields.filter(
      ({ id, required }) => required && !values.fields[id]?.some((value) => value !== ""),
    );
    return [
      ...wrong,
      ...empty.map(({ id }) => ({ row: null, field: id, value: "", failure: refused(id, "", "required") })),
    ];
  }

  /** As the engine, but that a sheet has a row for every file. */
  missing({ paths, metadata }: Enqueue): MissingField[] {
    const filled = (values: MetadataValues | undefined, id: string) =>
      values?.fields[id]?.some((value) => value.trim() !== "") ?? false;
    const columns = metadata?.sheet?.columns ?? [];
    return this.form.fields.flatMap(({ id, name, required }): MissingField[] => {
      if (!required || filled(metadata?.values, id)) return [];
      if (columns.some((column) => column.to === "field" && column.id === id)) return [];
      const own = new Set(metadata?.files.filter((file) => filled(file.values, id)).map((file) => file.path));
      if (own.size === 0) return [{ field: id, name, files: null, first_file: null }];
      const without = paths.filter((path) => !own.has(path));
      const first = without[0]?.split("/").pop() ?? null;
      return without.length === 0 ? [] : [{ field: id, name, files: without.length, first_file: first }];
    });
  }

  refuseUnfilled(request: Enqueue): void {
    const missing = request.metadata?.incomplete ? [] : this.missing(request);
    const [first] = missing;
    if (!first) return;
    const fields = missing.map(({ name }) => name).join(", ");
    throw failureOf("MetadataRefused", "you", { reason: "unfilled", field: first.name, fields });
  }

  refuse(id: string, value: string, row: number | null): ValueRefusal[] {
    const field = this.form.fields.find((candidate) => candidate.id === id);
    if (!field || value === "" || !WRONG[field.kind]?.(value, field)) return [];
    return [
      {
        row,
        field: id,
        value,
        failure: refused(field.name, value, field.kind === "multi_choice" ? "choice" : field.kind),
      },
    ];
  }

  list(): MetadataTemplate[] {
    return [...this.templates].sort((a, b) => a.name.localeCompare(b.name));
  }

  save(template: MetadataTemplate): void {
    this.delete(template.name);
    this.templates.push(structuredClone(template));
  }

  delete(name: string): void {
    this.templates = this.templates.filter((template) => template.name !== name);
  }

  words(list: "tags" | "keywords", text: string): string[] {
    const wanted = text.toLocaleLowerCase();
    return WORDS[list].filter((word) => word.toLocaleLowerCase().includes(wanted)).slice(0, 20);
  }

  private values(tags: string[], byName: Record<string, string>): MetadataValues {
    const fields: MetadataValues["fields"] = {};
    for (const { id, name } of this.form.fields) if (byName[name]) fields[id] = [byName[name]];
    return { ...EMPTY, tags, fields };
  }
}

const refused = (field: string, value: string, reason: string): Failure =>
  failureOf("MetadataRefused", "you", { field, value, reason });
