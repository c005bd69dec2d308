/**
 * LiveKit Cloud's static IP ranges for SIP and the countries (`destination_country`) whose calls leave from them, from
 * LiveKit's page "Regions & static IPs". A country that is not here has none: its calls come from addresses that
 * change. The page names the EU as a whole; its member states are taken to be meant. Look at the page and set `asOf`
 * anew with every change.
 */
export const STATIC_IP_REGIONS = {
  source: 'https://docs.livekit.io/deploy/admin/regions/endpoints',
  asOf: '2026-08-24',
  ranges: ['143.223.88.0/21', '161.115.160.0/19', '153.57.128.0/18'],
  regions: {
    canada: ['ca'],
    eu: 'at be bg hr cy cz dk ee fi fr de gr hu ie it lv lt lu mt nl pl pt ro sk si es se'.split(' '),
    india: ['in'],
    japan: ['jp'],
    us: ['us'],
  },
} as const;
