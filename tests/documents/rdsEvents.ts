/**
 * All events of RDS and Aurora, by what they tell of, and which of them must travel to the hub.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Events.Messages.html
 * Names: https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-rds.html
 */
interface Told {
    readonly detailType: string;
    /** As in the event's `detail`. */
    readonly sourceType: string;
    /** Ids without `RDS-EVENT-`, by why they travel. */
    readonly travels: Readonly<Record<string, string>>;
    readonly stays: string;
}

const told: readonly Told[] = [
    {
        detailType: "RDS DB Snapshot Event",
        sourceType: "SNAPSHOT",
        travels: {
            "there is something to export": "0042 0091 0060 0197", // manual, automated, copied from another Region and within one
            "an export has ended": "0159 0160 0161", // failed, cancelled, completed
            "a table of an export has failed": "0484",
            "what was to be exported is gone": "0041",
        },
        stays: "0040 0043 0059 0061 0090 0190 0196 0486 0487 0488",
    },
    {
        detailType: "RDS DB Cluster Snapshot Event",
        sourceType: "CLUSTER_SNAPSHOT",
        travels: {
            "there is something to export": "0075 0169", // manual, automated
            "an export has ended": "0162 0163 0164",
            "a table of an export has failed": "0489",
        },
        stays: "0074 0168 0491 0492 0493",
    },
    {
        detailType: "RDS DB Cluster Event",
        sourceType: "CLUSTER",
        travels: {},
        // 0234 to 0236: exports of a live cluster, which take no slot of ours.
        stays: `0016 0069 0070 0071 0072 0073 0076 0077 0083 0085 0141 0142 0143 0144 0145 0146 0147 0148 0149 0150 0151 0152 0153 0156 0170 0171 0172 0173 0174 0176 0177 0179 0180
            0181 0182 0183 0184 0185 0186 0187 0234 0235 0236 0238 0239 0240 0241 0286 0287 0288 0289 0290 0354 0355 0363 0386 0387 0388 0389 0397 0410 0411 0412 0413 0414 0417 0423 0424
            0426 0512 0513`,
    },
    {
        detailType: "RDS DB Instance Event",
        sourceType: "DB_INSTANCE",
        travels: {},
        stays: `0001 0002 0003 0004 0005 0006 0007 0011 0012 0013 0014 0015 0016 0017 0018 0019 0020 0021 0022 0023 0024 0025 0026 0027 0028 0029 0030 0031 0032 0033 0034 0035 0036 0044 0045
            0046 0047 0048 0049 0050 0051 0052 0053 0054 0055 0056 0057 0058 0062 0063 0064 0065 0066 0067 0068 0078 0079 0080 0081 0082 0084 0086 0087 0088 0089 0092 0131 0132 0154 0155
            0157 0158 0165 0166 0167 0178 0188 0189 0191 0192 0193 0194 0195 0202 0217 0218 0219 0220 0221 0222 0223 0224 0225 0227 0230 0231 0233 0237 0253 0254 0264 0265 0266 0267 0268
            0269 0270 0278 0279 0280 0281 0282 0283 0284 0285 0295 0296 0297 0298 0306 0315 0327 0328 0329 0330 0331 0332 0333 0334 0335 0353 0356 0357 0358 0359 0360 0361 0362 0365 0370
            0371 0372 0373 0374 0383 0385 0390 0391 0396 0398 0399 0403 0404 0415 0416 0418 0419 0420 0421 0422 0425 0429 0501 0502`,
    },
    { detailType: "RDS DB Parameter Group Event", sourceType: "DB_PARAM", travels: {}, stays: "0037" },
    { detailType: "RDS DB Security Group Event", sourceType: "SECURITY_GROUP", travels: {}, stays: "0038 0039" },
    { detailType: "RDS DB Shard Group Event", sourceType: "DB_SHARD_GROUP", travels: {}, stays: "0302 0303 0304 0305 0321 0322 0323 0324 0325 0326 0366 0367 0368 0369 0394 0395" },
    { detailType: "RDS DB Proxy Event", sourceType: "DB_PROXY", travels: {}, stays: "0203 0204 0205 0206 0207 0208 0213 0214 0215 0243 0275" },
    {
        detailType: "RDS Blue Green Deployment Event",
        sourceType: "BLUE_GREEN_DEPLOYMENT",
        travels: {},
        stays: "0244 0245 0246 0247 0248 0249 0250 0251 0252 0259 0260 0261 0307 0308 0310 0311 0312 0314 0405 0406 0409",
    },
    { detailType: "RDS Custom Engine Version Event", sourceType: "CUSTOM_ENGINE_VERSION", travels: {}, stays: "0198 0277 0316 0317 0318 0319 0320 0352" },
];

export interface RdsEvent {
    readonly detailType: string;
    readonly sourceType: string;
    readonly id: string;
    readonly travels: boolean;
}

export const rdsEvents: readonly RdsEvent[] = told.flatMap(({ detailType, sourceType, travels, stays }) => {
    const each = (ids: string, travels: boolean) => ids.trim().split(/\s+/).map((id) => ({ detailType, sourceType, id: `RDS-EVENT-${id}`, travels }));
    return [...Object.values(travels).flatMap((ids) => each(ids, true)), ...each(stays, false)];
});
