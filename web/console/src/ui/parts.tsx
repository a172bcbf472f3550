/** Cards, badges, headings: the parts of every view. */

import type { ComponentChildren } from "preact";

import { ago, clock } from "../lib/format";
import { useNow } from "../lib/load";
import type { Tone } from "../lib/tone";
import { Icon, type IconName } from "./icons";

interface CardProps {
  title: string;
  note?: string;
  tools?: ComponentChildren;
  size?: "" | "half" | "third" | "two-thirds" | "wide" | "narrow";
  flush?: boolean;
  children: ComponentChildren;
}

export function Card({ title, note, tools, size = "", flush = false, children }: CardProps) {
  return (
    <section class={`card ${size}`} aria-label={title}>
      <header>
        <div class="grow">
          <h2>{title}</h2>
          {note && <p>{note}</p>}
        </div>
        {tools}
      </header>
      <div class={flush ? "body flush" : "body"}>{children}</div>
    </section>
  );
}

export function Badge({ tone = "", children }: { tone?: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export function PageHeader(props: { title: string; text?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <header>
      <div class="grow">
        <h1 tabIndex={-1}>{props.title}</h1>
        {props.text && <p>{props.text}</p>}
      </div>
      {props.children}
    </header>
  );
}

export function Empty({ icon = "empty", title, children }: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} size={30} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
    </div>
  );
}

interface ChoiceProps<Name extends string> {
  label: string;
  options: readonly (readonly [Name, string])[];
  value: Name;
  onChange: (value: Name) => void;
}

export function Choice<Name extends string>(props: ChoiceProps<Name>) {
  return (
    <div class="choice" role="group" aria-label={props.label}>
      {props.options.map(([name, text]) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === props.value}
          onClick={() => props.onChange(name)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** "3 min ago", kept up to date; the exact time is in the title. */
export function Ago({ time }: { time: string | number | undefined }) {
  const now = useNow();
  return (
    <time class="nowrap" title={clock(time)}>
      {ago(time, now)}
    </time>
  );
}

export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => [
        <dt key={name}>{name}</dt>,
        <dd key={`${name} value`}>{value}</dd>,
      ])}
    </dl>
  );
}
