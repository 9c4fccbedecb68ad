// Parses an AsyncAPI document with the official parser; prints what it found, as JSON. node parse.mjs FILE
import { Parser, fromFile } from '@asyncapi/parser';

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const heard = document?.operations().all() ?? [];
console.log(JSON.stringify({
  problems: diagnostics.map((d) => ({ code: d.code, severity: d.severity, path: d.path.join('.'), message: d.message })),
  operations: heard.map((o) => ({
    id: o.id(),
    action: o.action(),
    channels: o.channels().all().map((c) => c.address()),
    messages: o.messages().all().map((m) => ({
      name: m.name(), payload: m.payload()?.json() ?? null, headers: m.headers()?.json() ?? null,
    })),
  })),
}));
