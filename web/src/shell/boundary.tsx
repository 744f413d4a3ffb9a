import { Component } from 'preact'
import type { ComponentChildren } from 'preact'
import { t } from '../i18n.ts'

/** Keeps the rest of the page alive when a screen breaks, and says how to go on. */
export class Boundary extends Component<{ children?: ComponentChildren, place: string }, { broken: string | null }> {
  override state: { broken: string | null } = { broken: null }

  static override getDerivedStateFromError(error: unknown) {
    return { broken: error instanceof Error ? error.message : String(error) }
  }

  override componentDidUpdate(before: { place: string }) {
    if (before.place !== this.props.place && this.state.broken !== null) this.setState({ broken: null })
  }

  override render() {
    const { broken } = this.state
    if (broken === null) return this.props.children
    return (
      <div class="page" role="alert">
        <h1 tabIndex={-1}>{t('shell.broken')}</h1>
        <p>{t('shell.brokenNext')}</p>
        <pre class="quiet wrap">{broken}</pre>
        <button type="button" onClick={() => location.reload()}>{t('shell.reload')}</button>
      </div>
    )
  }
}
