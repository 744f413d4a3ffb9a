import { t } from '../i18n.ts'

const known = ['email', 'sms', 'chat']

/** What people call a channel. */
export function channelWords(channel: string): string {
  return known.includes(channel) ? t(`message.channel.${channel}`) : channel
}

/** The sign of the channel that something came or goes by. */
export function ChannelSign({ channel }: { channel: string }) {
  return <span class={`sign sign-${known.includes(channel) ? channel : 'other'}`}><span class="for-readers">{t('message.by')} </span>{channelWords(channel)}</span>
}
