/** CRC-64/NVME, the checksum that S3 makes itself: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */

/** The polynomial 0xAD93D23594C93659, its bits reflected: https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-64-nvme */
const polynomial = 0x9a6c9329ac4bc9b5n;
const ones = 0xffffffffffffffffn;

const table = Array.from({ length: 256 }, (_, index) => {
    let crc = BigInt(index);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    return crc;
});

/** Base64 of the checksum, as S3 writes it. */
export function crc64Nvme(text: string): string {
    let crc = ones;
    for (const byte of Buffer.from(text)) crc = table[Number(crc & 0xffn) ^ byte]! ^ (crc >> 8n);
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(crc ^ ones);
    return bytes.toString("base64");
}
