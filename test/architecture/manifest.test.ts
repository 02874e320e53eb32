/** package.json and the code say the same: commands, settings, colours. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PANEL_COMMANDS } from '../../src/protocol/panelApi.js';

const ROOT = join(import.meta.dirname, '../..');

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly colors: readonly { readonly id: string; readonly defaults: Readonly<Record<string, string>> }[];
    readonly menus: Readonly<Record<string, readonly { readonly command?: string }[]>>;
    readonly keybindings?: readonly { readonly command: string }[];
  };
}

const { contributes } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const hostFiles = readdirSync(join(ROOT, 'src/host'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const code = [join(ROOT, 'src/extension.ts'), ...hostFiles.map((name) => join(ROOT, 'src/host', name))].map((file) => readFileSync(file, 'utf8')).join('\n');
const inCode = (pattern: RegExp): Set<string> => new Set([...code.matchAll(pattern)].map((match) => match[1]));
const declared = contributes.commands.map(({ command }) => command).sort();

describe('the manifest', () => {
  it('declares every command that is registered, and the reverse', () => {
    // the command table: 'moeLens.name': handler
    const registered = [...inCode(/['"](moeLens\.[A-Za-z]+)['"]\s*:/g)].filter((name) => declared.includes(name) || !Object.keys(contributes.configuration.properties).includes(name));
    expect(registered.sort()).toEqual(declared);
  });

  it('puts every command under "MoE Lens"', () => {
    expect(contributes.commands.filter(({ category }) => category !== 'MoE Lens')).toEqual([]);
  });

  it('names only declared commands in menus, keybindings and the panel', () => {
    const used = [...Object.values(contributes.menus).flat(), ...(contributes.keybindings ?? [])].flatMap(({ command }) => (command === undefined ? [] : [command]));
    expect([...used, ...PANEL_COMMANDS].filter((command) => !declared.includes(command))).toEqual([]);
  });

  it('gives every colour a default in all four theme kinds, and declares each that the code uses', () => {
    for (const { id, defaults } of contributes.colors) expect(Object.keys(defaults).sort(), id).toEqual(['dark', 'highContrast', 'highContrastLight', 'light']);
    const ids = contributes.colors.map(({ id }) => id);
    expect([...inCode(/ThemeColor\(['"](moeLens\.[A-Za-z0-9]+)['"]\)/g)].filter((id) => !ids.includes(id))).toEqual([]);
  });
});
