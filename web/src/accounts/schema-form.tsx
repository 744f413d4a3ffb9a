import { useId } from 'preact/hooks'
import { t } from '../i18n.ts'
import { Field } from '../signin/field.tsx'
import { choicesOf, emptyOf, partsOf, withField } from './schema.ts'
import type { Schema, Value, Values } from './schema.ts'

type FormProps = { schema: Schema, value: Values, onValue(value: Values): void, /** Secrets that the server keeps: left empty, they stay. */ kept?: readonly string[], at?: string }

/** A form for an object of a JSON Schema: what must be filled in first, the rest folded. */
export function SchemaForm({ schema, value, onValue, kept = [], at = '' }: FormProps) {
  const { main, more } = partsOf(schema, at !== '')
  const field = ([name, one]: [string, Schema]) => (
    <SchemaField key={name} name={name} schema={one} required={schema.required?.includes(name) ?? false} value={value[name]} kept={kept} at={at + name} onValue={(next) => onValue(withField(value, name, next))} />
  )
  return (
    <div class="stack">
      {main.map(field)}
      {more.length > 0 && (main.length > 0
        ? <details class="more"><summary>{t('accounts.more')}</summary><div class="stack">{more.map(field)}</div></details>
        : more.map(field))}
    </div>
  )
}

function SchemaField({ name, schema, required, value, onValue, kept, at }: { name: string, schema: Schema, required: boolean, value: Value, onValue(value: Value): void, kept: readonly string[], at: string }) {
  const id = useId()
  const label = schema.title ?? name
  const hint = schema.description
  const choices = choicesOf(schema)
  if (schema.properties) {
    return (
      <fieldset class="group">
        <legend>{label}</legend>
        {hint && <p class="hint quiet small">{hint}</p>}
        <SchemaForm schema={schema} value={(value ?? emptyOf(schema)) as Values} onValue={onValue} kept={kept} at={at + '.'} />
      </fieldset>
    )
  }
  if (schema.type === 'array' && schema.items?.properties) return <ListOfObjects label={label} hint={hint} item={schema.items} value={(value ?? []) as Values[]} onValue={onValue} kept={kept} at={at} />
  if (choices || schema.type === 'boolean') {
    const options = choices ?? ['true', 'false']
    const words = (one: string) => choices ? one : t(one === 'true' ? 'accounts.yes' : 'accounts.no')
    return (
      <div class="field">
        <label htmlFor={id}>{label}</label>
        <select id={id} name={at} aria-describedby={`${id}h`} value={value === undefined ? '' : String(value)} onChange={({ currentTarget }) => onValue(currentTarget.value === '' ? undefined : choices ? currentTarget.value : currentTarget.value === 'true')}>
          {!required && <option value="">{t('accounts.asItComes')}</option>}
          {options.map((one) => <option key={one} value={one}>{words(one)}</option>)}
        </select>
        {hint && <span id={`${id}h`} class="hint">{hint}</span>}
      </div>
    )
  }
  const many = schema.type === 'array'
  if (many || (schema.maxLength ?? 0) > 20_000) {
    const text = many ? ((value ?? []) as string[]).join('\n') : String(value ?? '')
    return (
      <div class="field">
        <label htmlFor={id}>{label}</label>
        <textarea id={id} name={at} rows={3} aria-describedby={`${id}h`} required={required} value={text} spellcheck={false}
          onChange={({ currentTarget }) => onValue(many ? linesOf(currentTarget.value) : currentTarget.value)} />
        <span id={`${id}h`} class="hint">{hint} {many && t('accounts.onePerLine')}</span>
      </div>
    )
  }
  const number = schema.type === 'integer' || schema.type === 'number'
  const stays = schema.secret && kept.includes(at)
  return (
    <Field
      label={label} name={at} type={schema.secret ? 'password' : number ? 'number' : 'text'} value={value === undefined ? '' : String(value)} required={required && !stays}
      autoComplete={schema.secret ? 'new-password' : 'off'} hint={stays ? `${hint ?? ''} ${t('accounts.secretStays')}` : hint} {...(schema.maxLength ? { maxLength: schema.maxLength } : {})}
      {...(number ? { inputMode: 'numeric' as const } : {})} pattern={number ? undefined : schema.pattern}
      onValue={(next) => onValue(number ? (next === '' ? undefined : Number(next)) : next)}
    />
  )
}

function ListOfObjects({ label, hint, item, value, onValue, kept, at }: { label: string, hint: string | undefined, item: Schema, value: Values[], onValue(value: Value): void, kept: readonly string[], at: string }) {
  const put = (next: Values[]) => onValue(next.length ? next : undefined)
  return (
    <fieldset class="group">
      <legend>{label}</legend>
      {hint && <p class="hint quiet small">{hint}</p>}
      {value.map((one, index) => (
        <div key={index} class="group-item">
          <SchemaForm schema={item} value={one} kept={kept} at={`${at}.${index}.`} onValue={(next) => put(value.with(index, next))} />
          <button type="button" class="button-small" onClick={() => put(value.toSpliced(index, 1))}>{t('accounts.takeAway')}</button>
        </div>
      ))}
      <button type="button" class="button-small" onClick={() => put([...value, emptyOf(item)])}>{t('accounts.addOne')}</button>
    </fieldset>
  )
}

function linesOf(text: string): string[] | undefined {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean)
  return lines.length ? lines : undefined
}
