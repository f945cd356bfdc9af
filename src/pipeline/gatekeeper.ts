// Gathers what the gates ask about and asks them. The answers are domain's; this file only knows where the numbers lie.

export {};
