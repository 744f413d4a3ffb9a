import { render } from 'preact'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import { App } from './app.tsx'
import { chosenLanguage, speak } from './i18n.ts'
import { listenToKeys } from './shell/keys.ts'
import { followLinks } from './shell/route.ts'
import { isPage } from './app.tsx'
import { applyTheme } from './settings/theme.ts'

applyTheme()
await speak(chosenLanguage())
followLinks(isPage)
listenToKeys()
render(<App />, document.getElementById('app')!)
